package rpc

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"google.golang.org/grpc"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	reflectionv1 "google.golang.org/grpc/reflection/grpc_reflection_v1"
	reflectionv1alpha "google.golang.org/grpc/reflection/grpc_reflection_v1alpha"
)

// checkAllow returns an error for a service that no entry covers and for a method entry that covers nothing, since a misspelt one
// would leave its method with the wider list of the service.
func checkAllow(allow map[string][]Role, services map[string]grpc.ServiceInfo) error {
	for _, name := range slices.Sorted(maps.Keys(services)) {
		if _, ok := allow[name]; !ok {
			return fmt.Errorf("service %s has no list of roles that may call it", name)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(allow)) {
		service, method, isMethod := strings.Cut(key, "/")
		if !isMethod {
			continue
		}
		known := slices.ContainsFunc(services[service].Methods, func(m grpc.MethodInfo) bool { return m.Name == method })
		if !known {
			return fmt.Errorf("roles are listed for %s, which is no registered method", key)
		}
	}
	return nil
}

// allowed returns the roles that may call a method ("/leased.v1.LeaseService/Get"): those listed for it, else those of its
// service; for health and reflection every role; none for anything else.
func allowed(allow map[string][]Role, full string) []Role {
	service, method := split(full)
	if roles, ok := allow[service+"/"+method]; ok {
		return roles
	}
	if roles, ok := allow[service]; ok {
		return roles
	}
	switch service {
	case healthv1.Health_ServiceDesc.ServiceName,
		reflectionv1.ServerReflection_ServiceDesc.ServiceName,
		reflectionv1alpha.ServerReflection_ServiceDesc.ServiceName:
		return Roles()
	}
	return nil
}
