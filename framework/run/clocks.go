package run

import (
	"sync"
	"time"

	"github.com/hookcheck/hookcheck/framework/history"
)

// clocks bounds how far the cluster's clocks are ahead of ours. Each sample
// says that a clock was read as at (to within width) at some instant between
// begin and end of our own clock; the bounds are what all samples allow.
//
// It assumes that offsets do not change during a run. Where samples contradict
// each other (a clock was set), the widest bounds that they give are taken.
type clocks struct {
	mu     sync.Mutex
	bounds map[history.Clock]history.Offset
	widest map[history.Clock]history.Offset
}

func (c *clocks) sample(clock history.Clock, at time.Time, width time.Duration, begin, end time.Time) {
	// The clock showed t in [at, at+width) when ours was in [begin, end].
	o := history.Offset{Low: at.Sub(end), High: at.Add(width).Sub(begin)}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bounds == nil {
		c.bounds, c.widest = map[history.Clock]history.Offset{}, map[history.Clock]history.Offset{}
	}
	known, ok := c.bounds[clock]
	if !ok {
		c.bounds[clock], c.widest[clock] = o, o
		return
	}
	w := c.widest[clock]
	c.widest[clock] = history.Offset{Low: min(w.Low, o.Low), High: max(w.High, o.High)}
	c.bounds[clock] = history.Offset{Low: max(known.Low, o.Low), High: min(known.High, o.High)}
}

// created is a sample of the API server's clock: it stamped an object between
// our request and its answer, in whole seconds.
func (c *clocks) created(stamp, begin, end time.Time) {
	c.sample(history.APIServerClock, stamp, time.Second, begin, end)
}

func (c *clocks) offsets() map[history.Clock]history.Offset {
	c.mu.Lock()
	defer c.mu.Unlock()
	offsets := map[history.Clock]history.Offset{}
	for clock, o := range c.bounds {
		if o.Low > o.High {
			o = c.widest[clock]
		}
		offsets[clock] = o
	}
	return offsets
}
