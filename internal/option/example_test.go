package option_test

import (
	"fmt"

	"rollcall/internal/option"
)

// What the configuration says becomes bytes, and bytes become what logs show.
func ExampleDef_Encode() {
	routes, _ := option.ByName("classless-static-routes")
	b, err := routes.Encode([]string{"10.0.0.0/8 via 10.20.0.1"})
	fmt.Printf("%x %v\n", b, err)
	fmt.Println(routes.Text(b))

	routers, _ := option.ByName("routers")
	_, err = routers.Encode([]string{"10.20.0"})
	fmt.Println(err)
	fmt.Println(option.Suggest("domain-name-sever"))
	// Output:
	// 080a0a140001 <nil>
	// 10.0.0.0/8 via 10.20.0.1
	// option routers: "10.20.0" is not an IPv4 address; write for example 10.20.0.1
	// domain-name-servers
}
