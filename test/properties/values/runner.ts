import { WorkflowExecute } from 'n8n-core';
import type { IDataObject, INode, INodeParameters, IRun } from 'n8n-workflow';
import { createEmptyRunExecutionData, Workflow } from 'n8n-workflow';

import type { JournalEntry, RecordChange, Snapshot } from '../../../sandbox';
import { localNow } from '../../../sandbox/model/clock';
import { makeNode, TestNodeTypes } from '../../engine/support/engine';
import type { School } from '../../engine/support/school';
import type { Row } from './goodRecords';

/** The outcome of one item. */
export interface Outcome {
	/** The message of the node, or undefined if it succeeded. */
	error?: string;
	rows: IDataObject[];
	/** The calls of the API, without logins. */
	requests: readonly JournalEntry[];
	changes: readonly RecordChange[];
}

/** The outcome of an execution of several items. */
interface ExecutionResult {
	/** The messages of the node by the number of the item. An item that succeeded has none. */
	errors: ReadonlyArray<string | undefined>;
	rows: IDataObject[];
	/** The message of the error that stopped the execution as a whole. */
	stopError?: string;
}

const nodeTypes = new TestNodeTypes();

/** Runs many small executions in one account. Each begins with the same records and the same login. */
export class Runner {
	private readonly snapshot: Snapshot;
	/** The version of the account after the last restore. Another version means that records have changed. */
	private cleanVersion: number;

	constructor(private readonly school: School) {
		const { sandbox } = school;
		// Stopping the clock saves reading it.
		sandbox.settings.now = localNow(sandbox.settings);
		this.snapshot = sandbox.snapshot();
		this.cleanVersion = sandbox.store.version;
	}

	/** Makes a workflow of two nodes: the items, and the node with a filled form. */
	makeWorkflow(parameters: INodeParameters): Workflow {
		const nodes: INode[] = [
			makeNode('Items', 'test.items', {}),
			{
				...makeNode('AlfaCRM', 'n8n-nodes-alfacrm.alfaCrm', parameters),
				credentials: { alfaCrmApi: { id: '1', name: 'AlfaCRM' } },
				onError: 'continueErrorOutput',
			},
		];
		return new Workflow({
			id: 'test',
			nodes,
			connections: { Items: { main: [[{ node: 'AlfaCRM', type: 'main', index: 0 }]] } },
			active: false,
			nodeTypes,
			settings: { executionOrder: 'v1', timezone: 'Europe/Moscow' },
		});
	}

	/** Runs one item in an execution of its own, and returns what came of it. */
	async runItem(workflow: Workflow, item: IDataObject): Promise<Outcome> {
		const { errors, rows, stopError } = await this.execute(workflow, [item]);
		return {
			error: errors[0] ?? stopError,
			rows,
			requests: this.readRequests(),
			changes: this.readChanges(),
		};
	}

	/**
	 * Runs items in one execution, which is ten times cheaper, and returns their messages if the node refuses
	 * all of them unsent.
	 *
	 * @returns undefined if an item was not refused, or only after something was sent
	 */
	async runRefusedItems(workflow: Workflow, items: IDataObject[]): Promise<string[] | undefined> {
		const { errors, stopError } = await this.execute(workflow, items);
		const messages = errors.filter((message) => message !== undefined);
		if (stopError !== undefined || messages.length < items.length) return undefined;
		return isRefusedUnsent(messages.join('\n'), this.readRequests()) ? messages : undefined;
	}

	/** Finds a record as it is stored after the last execution. */
	findRecord(path: string, id: number): Row | undefined {
		return this.school.sandbox.store.find(path, id);
	}

	/** Runs a workflow in an account with the records of the beginning. */
	private async execute(workflow: Workflow, items: IDataObject[]): Promise<ExecutionResult> {
		this.restoreRecords();
		this.school.sandbox.clearJournal();

		const execution = new WorkflowExecute(
			this.school.engine.makeAdditionalData(workflow),
			'manual',
			createEmptyRunExecutionData(),
		);
		const startNode = workflow.getNode('Items') as INode;
		// n8n does not evaluate expressions in pinned data, so the values arrive untouched.
		const pinData = { Items: items.map((json) => ({ json })) };
		try {
			const run = await execution.run({ workflow, startNode, pinData });
			return readResult(run, items.length);
		} catch (error) {
			return { errors: [], rows: [], stopError: (error as Error).message };
		}
	}

	/** Restores the records of the beginning, unless nothing has changed. */
	private restoreRecords(): void {
		const { store } = this.school.sandbox;
		if (store.version === this.cleanVersion) return;
		store.restore(this.snapshot.records);
		this.cleanVersion = store.version;
	}

	/** Reads how the records differ from the beginning. */
	private readChanges(): readonly RecordChange[] {
		const { sandbox } = this.school;
		const isUnchanged = sandbox.store.version === this.cleanVersion;
		return isUnchanged ? [] : sandbox.changes(this.snapshot);
	}

	/** Reads the calls of the last execution, without logins. */
	private readRequests(): JournalEntry[] {
		return this.school.sandbox.journal.filter(({ entity }) => entity !== 'auth');
	}
}

/**
 * Tells whether items were refused before any record was read or written. To see that a text is no name, the
 * node may read the branches and a list of names.
 */
export function isRefusedUnsent(messages: string, requests: readonly JournalEntry[]): boolean {
	if (requests.length === 0) return true;
	const isUnknownName = /, and no [a-z ]+ is called that/.test(messages);
	const isOnlyNameSearch = requests.length <= 2 && requests.every(({ action }) => action === 'index');
	return isUnknownName && isOnlyNameSearch;
}

/**
 * Reads both outputs of the node: rows from the first one, and messages by the number of their item from the
 * second one.
 */
function readResult(run: IRun, itemCount: number): ExecutionResult {
	const { runData, error: runError } = run.data.resultData;
	const task = runData.AlfaCRM?.at(-1);
	const [successOutput, errorOutput] = task?.data?.main ?? [];

	const errors = Array.from<string | undefined>({ length: itemCount });
	for (const [position, { json, pairedItem }] of (errorOutput ?? []).entries()) {
		const isPaired = typeof pairedItem === 'object' && !Array.isArray(pairedItem);
		errors[isPaired ? pairedItem.item : position] = readMessage(json);
	}
	return {
		errors,
		rows: (successOutput ?? []).map(({ json }) => json),
		stopError: (task?.error ?? runError)?.message,
	};
}

/** Joins everything that the error output says about an item. */
function readMessage({ error, message, details }: IDataObject): string {
	const { description } = (details ?? {}) as IDataObject;
	return [error, message, description].filter((text) => typeof text === 'string').join(' | ');
}
