package service

import (
	"strconv"

	"rollcall/internal/fault"
	"rollcall/internal/option"
	"rollcall/leased/engine"
	leasedv1 "rollcall/proto/leased/v1"
)

// elsewhere are options that the message has by other fields of the request, or by the lease of the machine.
var elsewhere = map[option.Code]string{
	option.MessageType: "message", option.RequestedAddress: "address", option.ClientID: "client_id",
	option.RelayAgentInfo: "circuit_id, remote_id or subscriber_id", option.ParameterRequestList: "requested",
}

// addOptions gives the message what it asks for (55), and whatever else the request says that it sends.
func addOptions(q *engine.Query, names *option.Names, req *leasedv1.ExplainRequest) error {
	var prl []byte
	for _, name := range req.GetRequested() {
		code, err := requestedCode(names, name)
		if err != nil {
			return err
		}
		prl = append(prl, byte(code))
	}
	if len(prl) > 255 {
		return fault.New(fault.Invalid, reasonBadOption, "%d options; at most 255", len(prl)).On("requested")
	}
	if len(prl) > 0 {
		q.Options = q.Options.Append(option.ParameterRequestList, prl)
	}
	for name, v := range req.GetOptions() {
		def, err := optionNamed(names, "options", name)
		if err != nil {
			return err
		}
		at := "options." + name
		if field := elsewhere[def.Code]; field != "" {
			return fault.New(fault.Invalid, reasonBadOption, "option %s is what the field %s says", def.Name, field).On(at)
		}
		if _, twice := q.Options.Get(def.Code); twice {
			return fault.New(fault.Invalid, reasonBadOption, "option %s is given twice: it has a field of its own, or another name", def.Name).
				On(at)
		}
		if v.GetSend() != leasedv1.OptionValue_SEND_UNSPECIFIED {
			return fault.New(fault.Invalid, reasonBadOption, "it is the machine that sends; send does not apply").On(at)
		}
		value, err := encodeOption(def, at, v)
		if err != nil {
			return err
		}
		if value != nil {
			q.Options = q.Options.Append(def.Code, value)
		}
	}
	return nil
}

// requestedCode reads an option by name or number.
func requestedCode(names *option.Names, name string) (option.Code, error) {
	if n, err := strconv.ParseUint(name, 10, 8); err == nil && n > uint64(option.Pad) && n < uint64(option.End) {
		return option.Code(n), nil
	}
	def, err := optionNamed(names, "requested", name)
	return def.Code, err
}
