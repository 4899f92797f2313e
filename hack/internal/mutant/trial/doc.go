// Package trial tries mutants: it runs hookcheck with one of them active at a time in a namespace of its own, first
// the scenarios of the requirements that its definition names, then those of their relatives, then all others.
//
// A kill counts only where the same requirement was conformant with no mutant active, in the same trial. So the trial
// begins with such a run, which must be green, and ends with another, which shows that what happened in between was
// not the laboratory's wear.
package trial
