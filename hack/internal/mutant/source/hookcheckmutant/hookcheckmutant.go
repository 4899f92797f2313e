// Package hookcheckmutant tells the changed functions of a program which of its mutants are on, and for whom. Its
// source is written into each module that has mutants: it needs the standard library only.
//
// What is on stands in a file, /opt/hookcheck/mutants or the one that HOOKCHECK_MUTANTS names. A line
//
//	K01 some-prefix
//
// turns K01 on for the pods of all namespaces that begin with some-prefix, and
//
//	K01 *
//
// for everything, also what has no namespace. The file may be changed, or come and go, at any time. A last line
// without its line break is still being written, and does not count.
package hookcheckmutant

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"sync/atomic"
	"time"
)

// interval is how long a change of the file may go unseen.
const interval = 200 * time.Millisecond

// switches are the prefixes of namespaces for which a mutant is on, by its id.
type switches map[string][]string

var current = watch(file())

// On tells whether the mutant is on for the pods of the namespace, which is empty where none is known. It is cheap
// enough for any function, and any number of goroutines.
func On(id, namespace string) bool { return current.Load().on(id, namespace) }

func (s *switches) on(id, namespace string) bool {
	for _, prefix := range (*s)[id] {
		if prefix == "*" || namespace != "" && strings.HasPrefix(namespace, prefix) {
			return true
		}
	}
	return false
}

func file() string {
	if path := os.Getenv("HOOKCHECK_MUTANTS"); path != "" {
		return path
	}
	return "/opt/hookcheck/mutants"
}

// watch reads the file, now and from then on. It compares what it reads, and not the time of the change: the file is
// small, and clocks of file systems are coarse.
func watch(path string) *atomic.Pointer[switches] {
	now := new(atomic.Pointer[switches])
	last, _ := read(path)
	now.Store(parse(last))
	go func() {
		for {
			time.Sleep(interval)
			if text, ok := read(path); ok && text != last {
				last = text
				now.Store(parse(text))
			}
		}
	}()
	return now
}

// read returns the text of the file, which is empty where there is none. Any other error leaves on what is on.
func read(path string) (text string, ok bool) {
	data, err := os.ReadFile(path)
	return string(data), err == nil || errors.Is(err, fs.ErrNotExist)
}

func parse(text string) *switches {
	s := switches{}
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) == 2 && strings.HasSuffix(line, "\n") {
			s[fields[0]] = append(s[fields[0]], fields[1])
		}
	}
	return &s
}
