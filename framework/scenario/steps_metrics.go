package scenario

import (
	"bufio"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/requirement"
)

// ReadMetrics reads the kubelet's counters of the given names through the API
// server and notes them (note "metrics"): a field for each series, its name with
// its labels, as the text format has them. A counter that the kubelet has not
// used yet is not there.
func ReadMetrics(names ...string) Step {
	return needing(Step{Text: "read the kubelet's metrics", Do: func(ctx context.Context, x *Execution) error {
		node := ""
		x.Recording.Read(func(h *history.History) { node = h.Header.Node })
		data, err := x.Client.CoreV1().RESTClient().Get().Resource("nodes").Name(node).SubResource("proxy").Suffix("metrics").DoRaw(ctx)
		if err != nil {
			return fmt.Errorf("read the metrics of the kubelet on node %s: %w", node, err)
		}
		x.Recording.Note("metrics", "", "", series(string(data), names))
		return nil
	}}, requirement.NeedMetrics)
}

// series takes the samples of the given metrics out of the Prometheus text
// format (https://prometheus.io/docs/instrumenting/exposition_formats/).
func series(text string, names []string) map[string]string {
	fields := map[string]string{}
	lines := bufio.NewScanner(strings.NewReader(text))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		i := strings.LastIndexByte(line, ' ')
		if i < 0 || strings.HasPrefix(line, "#") {
			continue
		}
		name, _, _ := strings.Cut(line[:i], "{")
		if slices.Contains(names, name) {
			fields[line[:i]] = line[i+1:]
		}
	}
	return fields
}
