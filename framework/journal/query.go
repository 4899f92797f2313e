package journal

import (
	"fmt"
	"os"
	"time"
)

// ReadFile parses a journal that is still being written. Reading races with the beat, which is rewritten in place: a
// reader may see half of it. So a file with a bad checksum is read again, a few times.
func ReadFile(path string) ([]Entry, []Defect, error) {
	const tries = 3
	for try := 1; ; try++ {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, nil, fmt.Errorf("reading the journal: %w", err)
		}
		entries, defects := Parse(string(text))
		if try == tries || !hasReason(defects, ReasonChecksum) {
			return entries, defects, nil
		}
	}
}

func hasReason(defects []Defect, reason Reason) bool {
	for _, d := range defects {
		if d.Reason == reason {
			return true
		}
	}
	return false
}

// First returns the first entry of a kind.
func First(entries []Entry, kind string) (Entry, bool) {
	for _, e := range entries {
		if e.Kind == kind {
			return e, true
		}
	}
	return Entry{}, false
}

// Last returns the last entry of a kind, in the order of the file.
func Last(entries []Entry, kind string) (Entry, bool) {
	for i := len(entries) - 1; i >= 0; i-- {
		if entries[i].Kind == kind {
			return entries[i], true
		}
	}
	return Entry{}, false
}

// Beat returns the number of beats so far and the time of the last one (node's wall clock). ok is false where nothing
// beats. In the journal of a dead container the death lies between at and at plus the period, plus what the node was
// late in scheduling the process (stall entries tell of the gross cases).
func Beat(entries []Entry) (n int, at time.Time, ok bool) {
	e, ok := Last(entries, KindBeat)
	if !ok {
		return 0, time.Time{}, false
	}
	n, ok = e.Int("n")
	return n, e.Time, ok
}
