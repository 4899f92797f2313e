package history

// AnySignal is the arrival of any signal at PID 1.
func AnySignal() Pattern {
	return Pattern{text: "arrival of a signal", kind: KindJournal, name: "signal",
		match: func(e *Event) bool { return e.Fields["hook"] == "" && e.Fields["probe"] == "" }}
}
