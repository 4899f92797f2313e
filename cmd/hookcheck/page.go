package main

import (
	"errors"

	"github.com/hookcheck/hookcheck/docs"
	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/latency"
	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/reports"
	"github.com/hookcheck/hookcheck/reports/page"
)

// writeReports writes every output of a run into its directory, where its
// histories are. What cannot be written does not keep the others away.
func writeReports(dir string, report reports.Report) error {
	ledger, err := requirement.LoadClaims()
	if err != nil {
		return err
	}
	mutants, err := docs.LoadMutants()
	if err != nil {
		return err
	}
	return errors.Join(reports.Write(dir, report), page.Write(dir, report, page.Options{Ledger: ledger, Samples: samples, Mutants: mutants}))
}

// samples takes the durations of a history, in seconds.
func samples(h *history.History) map[string][]float64 {
	all := map[string][]float64{}
	for name, list := range latency.Of(h) {
		for _, sample := range list {
			all[name] = append(all[name], sample.Seconds())
		}
	}
	return all
}
