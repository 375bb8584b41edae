package value

// Object is a type that scripts meet, with what they can read of it.
type Object struct {
	// Name is what type() says; "" for the functions that every file finds.
	Name, Doc  string
	Attributes []Attribute
}

// Attribute is a field, method or function.
type Attribute struct {
	Name string
	// Doc is a sentence about it.
	Doc string
	// Set: scripts may assign to it.
	Set bool
}

// Reference returns all that scripts find, for the manual: the types in the order in which hooks meet them, then the functions.
func Reference() []Object {
	functions := Object{Doc: "functions that every file finds"}
	for _, f := range builtins {
		functions.Attributes = append(functions.Attributes, Attribute{Name: f.name, Doc: f.doc})
	}
	return []Object{
		requestObject.reference(), relayObject.reference(), optionsObject.reference(), leaseObject.reference(), replyObject.reference(),
		reservationObject.reference(), definitionObject.reference(), eventObject.reference(), annotationsObject.reference(),
		timeObject.reference(), functions,
	}
}

// FactAttributes returns the attributes of request that tell what is known of the client. A filter whose file reads none of them needs
// no [engine.StageFacts].
func FactAttributes() []string {
	var names []string
	for _, a := range requestObject.list {
		if a.facts {
			names = append(names, a.name)
		}
	}
	return names
}
