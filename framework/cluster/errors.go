package cluster

import (
	"errors"
	"fmt"
)

// Classes of errors, for the command to choose its exit code by errors.Is.
var (
	// ErrUsage marks an error in what was asked for: an unknown context, an
	// impossible name. Exit code 2.
	ErrUsage = errors.New("usage")
	// ErrEnvironment marks an error in where it was asked: no engine, no
	// answer from the API server. Exit code 3.
	ErrEnvironment = errors.New("environment")
	// ErrNotOurs marks the refusal to touch a cluster that hookcheck did not
	// create. Such an error is an ErrUsage too.
	ErrNotOurs = errors.New("not created by hookcheck")
)

// classed gives an error its classes without adding their names to its text.
type classed struct {
	error
	classes []error
}

func (e *classed) Unwrap() []error { return append([]error{e.error}, e.classes...) }

// usagef is fmt.Errorf for an error of class ErrUsage.
func usagef(format string, args ...any) error {
	return &classed{fmt.Errorf(format, args...), []error{ErrUsage}}
}

// environmentf is fmt.Errorf for an error of class ErrEnvironment.
func environmentf(format string, args ...any) error {
	return &classed{fmt.Errorf(format, args...), []error{ErrEnvironment}}
}

// notOursf is fmt.Errorf for a refusal: classes ErrNotOurs and ErrUsage.
func notOursf(format string, args ...any) error {
	return &classed{fmt.Errorf(format, args...), []error{ErrNotOurs, ErrUsage}}
}
