package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/hookcheck/hookcheck/reports"
)

// version and commit are set by the build (-ldflags -X main.version=…); without
// it they are what the Go toolchain recorded.
var version, commit string

// suite identifies this hookcheck.
func suite() reports.Suite {
	s := reports.Suite{Version: version, Commit: commit, GoVersion: runtime.Version()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return s
	}
	if s.Version == "" {
		s.Version = info.Main.Version
	}
	for _, setting := range info.Settings {
		if s.Commit == "" && setting.Key == "vcs.revision" {
			s.Commit = setting.Value
		}
	}
	return s
}

func newVersionCommand(s streams) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of hookcheck",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			v := suite()
			_, err := fmt.Fprintf(s.out, "hookcheck %s\ncommit    %s\nbuilt by  %s\n", v.Version, v.Commit, v.GoVersion)
			return err
		},
	}
}
