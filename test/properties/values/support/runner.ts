import { WorkflowExecute } from 'n8n-core';
import type { IDataObject, INode, INodeExecutionData, INodeParameters, INodeType, IRun } from 'n8n-workflow';
import { createEmptyRunExecutionData, Workflow } from 'n8n-workflow';

import type { JournalEntry } from '../../../../sandbox';
import { node, Types } from '../../../engine/support/engine';
import type { School } from '../../../engine/support/school';
import type { Row } from './sample';

export interface Change {
	path: string;
	id: number;
	before?: Row;
	after?: Row;
}

/** What became of one item. */
export interface Outcome {
	/** What the node says went wrong; undefined when it did what was asked. */
	error?: string;
	rows: IDataObject[];
	requests: readonly JournalEntry[];
	changes: readonly Change[];
}

/** Follow from other records, or are the account's own notes. */
const DERIVED = new Set(['log']);

/** Puts out whatever items there are, untouched by n8n's own reading of parameters. */
const giving = (items: () => IDataObject[]): INodeType => ({
	description: { ...new Types().getByNameAndVersion('test.items').description, properties: [] },
	execute: async (): Promise<INodeExecutionData[][]> => [items().map((json) => ({ json }))],
});

class GivenTypes extends Types {
	constructor(private readonly given: INodeType) {
		super();
	}

	override getByName(type: string) {
		return type === 'test.items' ? this.given : super.getByName(type);
	}

	override getByNameAndVersion(type: string): INodeType {
		return type === 'test.items' ? this.given : super.getByNameAndVersion(type);
	}
}

/** Runs many small executions against one account, each beginning with the same records and the same login. */
export class Runner {
	private readonly snapshot;
	private version: number;
	private items: IDataObject[] = [];
	private readonly types = new GivenTypes(giving(() => this.items));

	constructor(private readonly school: School) {
		this.snapshot = school.sandbox.store.snapshot();
		this.version = school.sandbox.store.version;
	}

	workflow(parameters: INodeParameters): Workflow {
		const nodes: INode[] = [
			node('Items', 'test.items', {}),
			{
				...node('AlfaCRM', 'n8n-nodes-alfacrm.alfaCrm', parameters),
				credentials: { alfaCrmApi: { id: '1', name: 'AlfaCRM' } },
				onError: 'continueErrorOutput',
			},
		];
		return new Workflow({
			id: 'test',
			nodes,
			connections: { Items: { main: [[{ node: 'AlfaCRM', type: 'main', index: 0 }]] } },
			active: false,
			nodeTypes: this.types,
			settings: { executionOrder: 'v1', timezone: 'Europe/Moscow' },
		});
	}

	/** One item in an execution of its own. */
	async one(workflow: Workflow, item: IDataObject): Promise<Outcome> {
		const { errors, rows, stopped } = await this.execute(workflow, [item]);
		return { error: errors[0] ?? stopped, rows, requests: this.requests(), changes: this.changes() };
	}

	/**
	 * Many items in one execution, which is ten times cheaper, but only good for those that are all refused.
	 *
	 * @returns undefined when one of them was not, or anything was sent
	 */
	async allRefused(workflow: Workflow, items: IDataObject[]): Promise<string[] | undefined> {
		const { errors, stopped } = await this.execute(workflow, items);
		const isClean = stopped === undefined && this.requests().length === 0;
		const texts = items.map((_, index) => errors[index]);
		return isClean && texts.every((text) => text !== undefined) ? (texts as string[]) : undefined;
	}

	stored(path: string, id: number): Row | undefined {
		return this.school.sandbox.store.find(path, id);
	}

	private async execute(workflow: Workflow, items: IDataObject[]) {
		const { sandbox, engine } = this.school;
		if (sandbox.store.version !== this.version) {
			sandbox.store.restore(this.snapshot);
			this.version = sandbox.store.version;
		}
		sandbox.clearJournal();
		this.items = items;
		const execution = new WorkflowExecute(
			engine.additionalData(workflow),
			'manual',
			createEmptyRunExecutionData(),
		);
		let run: IRun;
		try {
			run = await execution.run({ workflow, startNode: workflow.getNode('Items') as INode });
		} catch (error) {
			// n8n looks at the form before it runs the node.
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
		return { errors, rows: (done ?? []).map(({ json }) => json), stopped: error?.message };
	}

	/** Calls of the API, without logins. */
	private requests(): JournalEntry[] {
		return this.school.sandbox.journal.filter(({ entity }) => entity !== 'auth');
	}

	private changes(): Change[] {
		const { store } = this.school.sandbox;
		if (store.version === this.version) return [];
		return [...this.snapshot.tables].flatMap(([path, { rows }]) => {
			const now = store.rows(path);
			if (DERIVED.has(path) || now === rows) return [];
			const known = new Map(rows.map((row) => [row.id, row]));
			const changed: Change[] = [];
			for (const after of now) {
				const before = known.get(after.id);
				if (before !== after) changed.push({ path, id: after.id, before, after });
				known.delete(after.id);
			}
			for (const before of known.values()) changed.push({ path, id: before.id, before });
			return changed;
		});
	}
}

/** What the error output says of an item, in either of the forms that the node has had. */
function textOf({ error, message, details }: IDataObject): string {
	const { description } = (details ?? {}) as IDataObject;
	return [error, message, description].filter((text) => typeof text === 'string').join(' | ');
}
