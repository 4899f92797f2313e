package cluster

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// source is where a client configuration comes from.
type source struct {
	// paths are kubeconfig files, merged as kubectl merges them: the first to
	// set a value wins. Empty means the service account of the pod we run in.
	paths []string
	// named is how messages call it.
	named string
}

// locate finds the kubeconfig as kubectl does: the one that was named, else the
// files of $KUBECONFIG (a list of which some may be missing), else
// ~/.kube/config, else the pod's service account.
func locate(flag string) (source, error) {
	if flag != "" {
		if _, err := os.Stat(flag); err != nil {
			return source{}, usagef("kubeconfig %s: %w; name an existing file with --kubeconfig", flag, unwrapPath(err))
		}
		return source{[]string{flag}, flag}, nil
	}
	looked := []string{"--kubeconfig (not given)"}
	if list := os.Getenv("KUBECONFIG"); list != "" {
		if found := existing(filepath.SplitList(list)); len(found) > 0 {
			return source{found, "$KUBECONFIG (" + strings.Join(found, ", ") + ")"}, nil
		}
		looked = append(looked, fmt.Sprintf("$KUBECONFIG (%s: no such file)", list))
	} else {
		looked = append(looked, "$KUBECONFIG (not set)")
		if home, err := os.UserHomeDir(); err != nil {
			looked = append(looked, fmt.Sprintf("~/.kube/config (%v)", err))
		} else if path := filepath.Join(home, ".kube", "config"); len(existing([]string{path})) > 0 {
			return source{[]string{path}, path}, nil
		} else {
			looked = append(looked, path+" (no such file)")
		}
	}
	// rest.InClusterConfig goes by these two.
	if os.Getenv("KUBERNETES_SERVICE_HOST") != "" && os.Getenv("KUBERNETES_SERVICE_PORT") != "" {
		return source{nil, "the pod's service account"}, nil
	}
	looked = append(looked, "the pod's service account (not in a pod)")
	return source{}, environmentf("no cluster is configured; looked at %s; name a kubeconfig with --kubeconfig, or make a cluster with: hookcheck cluster create",
		strings.Join(looked, ", "))
}

// existing leaves out the files that do not exist. One that cannot be read for
// another reason is kept, for its error to be seen.
func existing(paths []string) []string {
	return slices.DeleteFunc(slices.Clone(paths), func(path string) bool {
		if path == "" {
			return true
		}
		_, err := os.Stat(path)
		return errors.Is(err, fs.ErrNotExist)
	})
}

// unwrapPath drops "stat <path>" from an error whose path is told anyway.
func unwrapPath(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}

// load makes a client configuration of the source and the named context, or the
// current one if it is "".
func (s source) load(contextName string) (*rest.Config, Identity, error) {
	if len(s.paths) == 0 {
		return s.loadInCluster(contextName)
	}
	config, err := (&clientcmd.ClientConfigLoadingRules{Precedence: s.paths}).Load()
	if err != nil {
		return nil, Identity{}, environmentf("read %s: %w; repair the file, or name another with --kubeconfig", s.named, err)
	}
	if contextName, err = s.chooseContext(config, contextName); err != nil {
		return nil, Identity{}, err
	}
	if err := s.checkReferences(config, contextName); err != nil {
		return nil, Identity{}, err
	}
	client, err := clientcmd.NewNonInteractiveClientConfig(*config, contextName, &clientcmd.ConfigOverrides{}, nil).ClientConfig()
	if err != nil {
		return nil, Identity{}, environmentf("use context %q of %s: %w; repair the file, or choose another context with --context", contextName, s.named, err)
	}
	return tune(client), Identity{
		Source: s.named, Context: contextName, Cluster: config.Contexts[contextName].Cluster, Server: client.Host,
	}, nil
}

// chooseContext returns the context to use and complains of one that is not there.
func (s source) chooseContext(config *api.Config, contextName string) (string, error) {
	known := sortedKeys(config.Contexts)
	switch {
	case len(known) == 0:
		return "", environmentf("%s has no contexts; name another kubeconfig with --kubeconfig", s.named)
	case contextName == "" && config.CurrentContext == "":
		return "", usagef("%s sets no current context; choose one with --context: %s", s.named, strings.Join(known, ", "))
	case contextName == "":
		if config.Contexts[config.CurrentContext] == nil {
			return "", environmentf("the current context %q of %s is not among its contexts%s; choose one with --context: %s",
				config.CurrentContext, s.named, didYouMean(config.CurrentContext, known), strings.Join(known, ", "))
		}
		return config.CurrentContext, nil
	case config.Contexts[contextName] == nil:
		return "", usagef("%s has no context %q%s; choose one with --context: %s",
			s.named, contextName, didYouMean(contextName, known), strings.Join(known, ", "))
	}
	return contextName, nil
}

// checkReferences complains of a context that means a cluster or a user that is
// not there. client-go would speak of a variable KUBERNETES_MASTER in the first
// case, and be anonymous in the second.
func (s source) checkReferences(config *api.Config, contextName string) error {
	chosen := config.Contexts[contextName]
	what, name, known := "cluster", chosen.Cluster, sortedKeys(config.Clusters)
	if slices.Contains(known, name) {
		what, name, known = "user", chosen.AuthInfo, sortedKeys(config.AuthInfos)
	}
	if slices.Contains(known, name) || what == "user" && name == "" {
		return nil
	}
	return environmentf("context %q of %s means %s %q, which is not there%s; repair the file, or choose another context with --context",
		contextName, s.named, what, name, didYouMean(name, known))
}

func (s source) loadInCluster(contextName string) (*rest.Config, Identity, error) {
	if contextName != "" {
		return nil, Identity{}, usagef("context %q was asked for, but there is no kubeconfig and %s has no contexts; name a kubeconfig with --kubeconfig", contextName, s.named)
	}
	client, err := rest.InClusterConfig()
	if err != nil {
		return nil, Identity{}, environmentf("use %s: %w; give the pod a service account token, or name a kubeconfig with --kubeconfig", s.named, err)
	}
	return tune(client), Identity{Source: s.named, Server: client.Host}, nil
}

// tune sets what all our clients have in common.
func tune(config *rest.Config) *rest.Config {
	// client-go's own limit is 5 requests a second. Many scenarios run at once,
	// each with a handful of requests; the API server has its own fairness.
	config.QPS, config.Burst = 50, 100
	return rest.AddUserAgent(config, "hookcheck")
}
