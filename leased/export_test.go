package leased

// PlanOf makes the engine's plan of a configuration.
var PlanOf = planOf
