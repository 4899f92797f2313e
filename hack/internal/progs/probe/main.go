// Command probe is what runs in the container by which the engine is probed: it waits for SIGTERM where its
// argument is "wait", and otherwise ends at once with success.
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	if len(os.Args) < 2 || os.Args[1] != "wait" {
		return
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM)
	<-signals
}
