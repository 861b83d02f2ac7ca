import { WorkflowExecute } from 'n8n-core';
import type { IDataObject, INode, INodeParameters, IRun } from 'n8n-workflow';
import { createEmptyRunExecutionData, Workflow } from 'n8n-workflow';

import type { JournalEntry, RecordChange, Snapshot } from '../../../sandbox';
import { localNow } from '../../../sandbox/model/clock';
import { makeNode, TestNodeTypes } from '../../engine/support/engine';
import type { School } from '../../engine/support/school';
import type { Row } from './targets';

/** What became of one item. */
export interface Outcome {
	/** What the node says went wrong; undefined when it did what was asked. */
	error?: string;
	rows: IDataObject[];
	requests: readonly JournalEntry[];
	changes: readonly RecordChange[];
}

const types = new TestNodeTypes();

/** A text may be the name of a record, for which its list has to be read, and before it that of the branches: each once. */
export const isAtOnce = (refusals: string, requests: readonly JournalEntry[]): boolean =>
	requests.length === 0 ||
	(/, and no [a-z ]+ is called that/.test(refusals) &&
		requests.length <= 2 &&
		requests.every(({ action }) => action === 'index'));

/** Runs many small executions against one account, each beginning with the same records and the same login. */
export class Runner {
	private readonly snapshot: Snapshot;
	private version: number;

	constructor(private readonly school: School) {
		const { sandbox } = school;
		// The clock stands still, which spares the reading of it.
		sandbox.settings.now = localNow(sandbox.settings);
		this.snapshot = sandbox.snapshot();
		this.version = sandbox.store.version;
	}

	workflow(parameters: INodeParameters): Workflow {
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
			nodeTypes: types,
			settings: { executionOrder: 'v1', timezone: 'Europe/Moscow' },
		});
	}

	/** One item in an execution of its own. */
	async one(workflow: Workflow, item: IDataObject): Promise<Outcome> {
		const { errors, rows, stopped } = await this.execute(workflow, [item]);
		const { sandbox } = this.school;
		const isChanged = sandbox.store.version !== this.version;
		const changes = isChanged ? sandbox.changes(this.snapshot) : [];
		return { error: errors[0] ?? stopped, rows, requests: this.requests(), changes };
	}

	/**
	 * Many items in one execution, which is ten times cheaper, but only good for those that are all refused.
	 *
	 * @returns undefined when one of them was not, or anything was sent
	 */
	async allRefused(workflow: Workflow, items: IDataObject[]): Promise<string[] | undefined> {
		const { errors, stopped } = await this.execute(workflow, items);
		const texts = items.map((_, index) => errors[index]);
		const isClean = stopped === undefined && isAtOnce(texts.join('\n'), this.requests());
		return isClean && texts.every((text) => text !== undefined) ? (texts as string[]) : undefined;
	}

	stored(path: string, id: number): Row | undefined {
		return this.school.sandbox.store.find(path, id);
	}

	private async execute(workflow: Workflow, items: IDataObject[]) {
		const { sandbox, engine } = this.school;
		if (sandbox.store.version !== this.version) {
			sandbox.store.restore(this.snapshot.records);
			this.version = sandbox.store.version;
		}
		sandbox.clearJournal();
		const execution = new WorkflowExecute(
			engine.makeAdditionalData(workflow),
			'manual',
			createEmptyRunExecutionData(),
		);
		const startNode = workflow.getNode('Items') as INode;
		// What is pinned comes out untouched by n8n's own reading of parameters.
		const pinData = { Items: items.map((json) => ({ json })) };
		let run: IRun;
		try {
			run = await execution.run({ workflow, startNode, pinData });
		} catch (error) {
			return { errors: [], rows: [], stopped: (error as Error).message };
		}
		const task = run.data.resultData.runData.AlfaCRM?.at(-1);
		const [done = [], failed = []] = task?.data?.main ?? [];
		const errors: Array<string | undefined> = [];
		for (const [place, { json, pairedItem }] of (failed ?? []).entries()) {
			const index = typeof pairedItem === 'object' && !Array.isArray(pairedItem) ? pairedItem.item : place;
			errors[index] = textOf(json);
		}
		const error = task?.error ?? run.data.resultData.error;
		const rows = (done ?? []).map(({ json }) => json);
		return { errors, rows, stopped: error?.message };
	}

	/** Calls of the API, without logins. */
	private requests(): JournalEntry[] {
		return this.school.sandbox.journal.filter(({ entity }) => entity !== 'auth');
	}
}

/** What the error output says of an item. */
function textOf({ error, message, details }: IDataObject): string {
	const { description } = (details ?? {}) as IDataObject;
	return [error, message, description].filter((text) => typeof text === 'string').join(' | ');
}
