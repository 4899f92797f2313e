// Package rewrite compares a pod as it was written with the same pod as the API
// server stored it, and says what somebody on the way changed: a mutating
// webhook, an admission policy, the offering that the cluster is part of.
//
// Not every difference is such a change. An API server fills in defaults,
// admission adds tolerations, a priority and the volume of a service account's
// token, the scheduler adds a node. So there are two rules:
//
//   - what was written must be there, with the value that it was written with;
//   - what was not written may be there, unless it changes how a container
//     starts, is hooked into or ends (see [Behavioural]), and is not the
//     documented default.
//
// It works on JSON values, and knows nothing of clients, records or verdicts.
package rewrite
