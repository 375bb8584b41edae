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

// An operator's own sub-option of 125, in a mapping and in what logs show.
func ExampleNames_Define() {
	names, err := option.Standard().Define(option.Definition{Name: "acs-url", Code: 1, Type: "string", Of: "vi-vendor-specific 3561"})
	if err != nil {
		fmt.Println(err)
		return
	}
	d, _ := names.ByName("vi-vendor-specific")
	b, err := d.EncodeMapping([]option.Entry{{Key: "3561", Entries: []option.Entry{
		{Key: "acs-url", Values: []string{"https://acs.example.org/"}},
		{Key: "2", Values: []string{"hex:0a"}},
	}}})
	fmt.Println(d.Text(b), err)

	_, err = names.Define(option.Definition{Name: "gateway", Code: 54, Type: "address"})
	fmt.Println(err)
	// Output:
	// 3561{acs-url=https://acs.example.org/ 2=hex:0a} <nil>
	// code 54 is server-identifier, which is set by the server for each answer; choose another code
}
