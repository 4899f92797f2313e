// Package recorder writes down what happens in a run's namespace: it watches
// pods, Events and EndpointSlices from before the first create, and gives each
// version to the history of the scenario that it belongs to.
//
// There are three watches a run, however many scenarios it has. A watch that is
// cut resumes from the last revision that it delivered (client-go's
// RetryWatcher). Where the API server has forgotten that revision, the recorder
// lists anew and writes a gap into every open history: what happened in between
// is not known, and checks that rest on absence are then inconclusive.
//
// Objects are told apart by the label [ScenarioLabel], Events by the uid of the
// pod that they are about.
package recorder
