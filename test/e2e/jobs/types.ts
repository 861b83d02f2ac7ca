import type { Example, Side } from '../support/example';
import type { RealN8n } from '../support/realN8n';
import type { WorkflowEdit } from '../support/workflowEdits';

/** Imports the example of a job into n8n, after an edit if there is one. */
export type ImportExample = (side: Side, edit?: WorkflowEdit) => Promise<Example>;

/** The test of an example. It judges by the outcome, so that it can test workflows with other nodes, too. */
export interface Job {
	/** The name of the file in `examples/`. */
	name: string;
	/** Prepares the account, runs the workflow with the nodes of one side, and expects the outcome. */
	play: (importExample: ImportExample, side: Side, real: RealN8n) => Promise<void>;
	/** Tests of what the example promises in rarer cases, by their titles. They use the nodes of this package. */
	otherPromises?: Readonly<Record<string, (importExample: ImportExample, real: RealN8n) => Promise<void>>>;
}
