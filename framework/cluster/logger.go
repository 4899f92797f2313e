package cluster

import (
	"fmt"
	"io"
	"strings"
	"sync"

	"sigs.k8s.io/kind/pkg/log"
)

// logger takes what we tell the user and, in its role as kind's log.Logger,
// what kind tells. Ours is always written; kind's V(0) from verbosity 1 on, its
// V(1) from 2 on, and so forth, and its warnings and errors from 1 on: whatever
// of them matters comes back as an error. A nil writer discards all.
type logger struct {
	mu        sync.Mutex
	w         io.Writer
	verbosity int
}

func (l *logger) line(format string, args ...any) {
	if l.w == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintln(l.w, strings.TrimRight(fmt.Sprintf(format, args...), "\n"))
}

func (l *logger) kind(level int, format string, args ...any) {
	if l.verbosity > level {
		l.line("kind: "+format, args...)
	}
}

var _ log.Logger = (*logger)(nil)

func (l *logger) Warn(message string)               { l.kind(0, "%s", message) }
func (l *logger) Warnf(format string, args ...any)  { l.kind(0, format, args...) }
func (l *logger) Error(message string)              { l.kind(0, "%s", message) }
func (l *logger) Errorf(format string, args ...any) { l.kind(0, format, args...) }
func (l *logger) V(level log.Level) log.InfoLogger  { return infoLogger{l, int(level)} }

// infoLogger is logger at one level.
type infoLogger struct {
	logger *logger
	level  int
}

func (i infoLogger) Info(message string)              { i.logger.kind(i.level, "%s", message) }
func (i infoLogger) Infof(format string, args ...any) { i.logger.kind(i.level, format, args...) }
func (i infoLogger) Enabled() bool                    { return i.logger.verbosity > i.level }
