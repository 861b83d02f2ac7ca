import type { IDataObject, INode, INodeTypes, IPollFunctions } from 'n8n-workflow';
import { deepCopy, Workflow } from 'n8n-workflow';

import { StoredState } from '../../nodes/AlfaCrm/trigger/state';

const nodeTypes = {
	getByNameAndVersion: () => ({ description: { properties: [] } }),
} as unknown as INodeTypes;
let workflows = 0;

/** Static data of a workflow as n8n has saved them, and nodes that use them. */
class Saved {
	private id = `workflow ${++workflows}`;

	constructor(public staticData: IDataObject = {}) {}

	/** n8n starts again: of a workflow of this ID, the process knows nothing. */
	restarted(): Workflow {
		this.id = `workflow ${++workflows}`;
		return this.load();
	}

	/** What n8n holds in memory for triggers that are published together. */
	load(): Workflow {
		const staticData = deepCopy(this.staticData);
		return new Workflow({ id: this.id, nodes: [], connections: {}, active: true, nodeTypes, staticData });
	}

	/** As n8n does it: whole. */
	save({ staticData }: Workflow): void {
		this.staticData = deepCopy(staticData);
	}
}

/** A trigger in n8n's default engine, or with a row of its own. */
function trigger(workflow: Workflow, id: string, name: string, row?: IDataObject) {
	const node = { id, name } as INode;
	const data = row ?? workflow.getStaticData('node', node);
	const context = {
		getNode: () => node,
		getWorkflow: () => ({ id: workflow.id }),
		getWorkflowStaticData: () => workflow.getStaticData('global'),
	} as unknown as IPollFunctions;
	const open = (subject: string, mayBeActivation = false) =>
		new StoredState(context, data, { eventDigest: subject, checkState: () => undefined }, mayBeActivation);
	return {
		open,
		knows: (subject = 'leads') => open(subject).previous?.eventSourceState,
		save: (known: unknown, { subject = 'leads', isReport = false, isActivation = false } = {}) =>
			open(subject, isActivation).save({ eventDigest: subject, eventSourceState: known }, { isReport }),
	};
}

/** A workflow in which the trigger of node a has saved something. */
function begun(): Workflow {
	const workflow = new Saved().load();
	trigger(workflow, 'a', 'Trigger').save(1);
	return workflow;
}

it('what a workflow has reported is remembered until a thousand others were at work since', () => {
	const saved = new Saved();
	trigger(saved.load(), 'a', 'Trigger').save(1);
	const others = (count: number) =>
		Array.from({ length: count }, () => trigger(new Saved().load(), 'a', 'Trigger').save(2));
	others(999);
	// n8n has saved nothing of it.
	expect(trigger(saved.load(), 'a', 'Trigger').knows()).toBe(1);
	others(1_000);
	expect(trigger(saved.load(), 'a', 'Trigger').knows()).toBeUndefined();
});

describe("a trigger in the workflow's static data", () => {
	it('is known by its ID, whatever its name, so that a copy begins anew', () => {
		const workflow = begun();
		expect(trigger(workflow, 'a', 'Leads').knows()).toBe(1);
		const copy = trigger(workflow, 'b', 'Trigger');
		expect(copy.knows()).toBeUndefined();
		copy.save(3);
		trigger(workflow, 'a', 'Leads').save(2);
		expect([trigger(workflow, 'b', 'Leads').knows(), trigger(workflow, 'a', 'Trigger').knows()]).toEqual([
			3, 2,
		]);
	});

	it('begins anew with another account or event, whatever its name', () => {
		const workflow = begun();
		trigger(workflow, 'a', 'Payments').save(2, { subject: 'payments' });
		const back = trigger(workflow, 'a', 'Trigger').open('leads');
		expect(back.previous).toBeUndefined();
		expect(back.belongsToOtherEvent).toBe(true);
	});

	it('does without what a Code node deletes', () => {
		const workflow = begun();
		delete workflow.staticData.global;
		expect(trigger(workflow, 'a', 'Trigger').knows()).toBe(1);
	});

	it.each([[null], ['text'], [{ state: null }]])(
		'does without what a Code node writes there: %j',
		(value) => {
			const workflow = begun();
			const shared = workflow.getStaticData('global');
			for (const key of Object.keys(shared)) shared[key] = value;
			expect(trigger(workflow, 'a', 'Trigger').knows()).toBe(1);
		},
	);

	it('is not thrown back by an execution that saves what it read at its beginning', () => {
		const saved = new Saved();
		const active = saved.load();
		trigger(active, 'a', 'Trigger').save(1);
		saved.save(active);
		const execution = saved.load();
		trigger(active, 'a', 'Trigger').save(2, { isReport: true });
		saved.save(active);
		execution.getStaticData('global').count = 1;
		saved.save(execution);
		// Its next poll, however that ends.
		trigger(active, 'a', 'Trigger').open('leads');
		expect(trigger(saved.load(), 'a', 'Trigger').knows()).toBe(2);
		expect(trigger(saved.restarted(), 'a', 'Trigger').knows()).toBe(1);
	});

	it('leaves alone what is not its own', () => {
		const workflow = new Saved({ global: { count: 7 } }).load();
		trigger(workflow, 'a', 'Trigger').save(1);
		expect(workflow.getStaticData('global').count).toBe(7);
	});

	it('has n8n save nothing when nothing has changed', () => {
		const workflow = new Saved().load();
		trigger(workflow, 'a', 'Trigger').save({ seen: [1], more: undefined });
		(workflow.staticData as { __dataChanged?: boolean }).__dataChanged = false;
		trigger(workflow, 'a', 'Trigger').save({ seen: [1], more: undefined });
		expect((workflow.staticData as { __dataChanged?: boolean }).__dataChanged).toBe(false);
	});
});

describe('a state that cannot be read', () => {
	it('is none that a new trigger has', () => {
		const state = trigger(new Saved().load(), 'a', 'Trigger').open('leads');

		expect(state.previous).toBeUndefined();
		expect(state.lossReason).toBeUndefined();
	});

	it('of a newer version counts more than an older one that could be read, for its news were reported', () => {
		const workflow = begun();
		const shared = workflow.getStaticData('global');
		const { state } = shared['AlfaCRM Trigger a'] as { state: IDataObject };
		const newerState = { ...state, version: 9, savedAt: Number(state.savedAt) + 1 };
		shared['AlfaCRM Trigger a'] = { state: newerState };

		const opened = trigger(workflow, 'a', 'Trigger').open('leads');

		expect(opened.previous).toBeUndefined();
		expect(opened.lossReason).toMatch(/stored by another version .* it has version 9/);
	});

	it('because of what is inside it does no harm while the other place is sound', () => {
		const workflow = begun();
		const shared = workflow.getStaticData('global');
		const { state } = shared['AlfaCRM Trigger a'] as { state: IDataObject };
		shared['AlfaCRM Trigger a'] = {
			state: { ...state, branches: 'all', savedAt: Number(state.savedAt) + 1 },
		};

		const opened = trigger(workflow, 'a', 'Trigger').open('leads');

		expect(opened.previous?.eventSourceState).toBe(1);
		expect(opened.lossReason).toBeUndefined();
	});

	it('is followed by one that can be read', () => {
		const saved = new Saved({ global: { 'AlfaCRM Trigger a': { state: 'garbage' } } });
		const workflow = saved.load();
		expect(trigger(workflow, 'a', 'Trigger').open('leads').lossReason).toBe(
			'Its state is broken: state is not an object.',
		);

		trigger(workflow, 'a', 'Trigger').save(1);

		saved.save(workflow);
		expect(trigger(saved.restarted(), 'a', 'Trigger').knows()).toBe(1);
	});
});

describe('triggers of a workflow that were published one after the other', () => {
	it('save what the others have reported, not what those knew when they were published', () => {
		const saved = new Saved();
		const first = saved.load();
		trigger(first, 'a', 'A').save('a1');
		trigger(first, 'b', 'B').save('b1');
		saved.save(first);
		const second = saved.load();
		trigger(second, 'b', 'B').save('b2', { isReport: true });
		saved.save(second);
		// Its next poll, however that ends.
		trigger(second, 'b', 'B').open('leads');

		trigger(first, 'a', 'A').save('a2', { isReport: true });
		saved.save(first);
		expect(trigger(saved.restarted(), 'b', 'B').knows()).toBe('b2');
	});

	it('do not save what another one reports just now: n8n may still drop that', () => {
		const saved = new Saved();
		const first = saved.load();
		trigger(first, 'a', 'A').save('a1');
		trigger(first, 'b', 'B').save('b1');
		saved.save(first);
		trigger(saved.load(), 'b', 'B').save('b2', { isReport: true });

		trigger(first, 'a', 'A').save('a2', { isReport: true });
		saved.save(first);
		expect(trigger(saved.restarted(), 'b', 'B').knows()).toBe('b1');
	});

	it('keep to the newer state when another process went on meanwhile', () => {
		const saved = new Saved();
		const first = saved.load();
		trigger(first, 'b', 'B').save('b1');
		const elsewhere = saved.load();
		Object.defineProperty(elsewhere, 'id', { value: 'seen by another process' });
		trigger(elsewhere, 'b', 'B').save('b2');
		trigger(elsewhere, 'b', 'B').save('b3');
		saved.save(elsewhere);

		const again = saved.load();
		trigger(again, 'a', 'A').save('a1');
		expect(trigger(again, 'b', 'Renamed').knows()).toBe('b3');
	});
});

describe('a trigger with a row of its own', () => {
	it('keeps a copy for all until the row has the state, and none beyond', () => {
		const workflow = new Saved().load();
		trigger(workflow, 'a', 'Trigger', {}).save(1);
		const row: IDataObject = {};
		const durable = trigger(workflow, 'a', 'Trigger', row);
		expect(durable.knows()).toBe(1);
		durable.save(2);
		durable.save(3);
		expect(workflow.getStaticData('global')).toEqual({});
		expect(trigger(workflow, 'a', 'Leads', row).knows()).toBe(3);
	});

	it('keeps what a later activation got to know, of which n8n drops the row', () => {
		const saved = new Saved();
		const row: IDataObject = {};
		trigger(saved.load(), 'a', 'Trigger', row).save(1);
		const workflow = saved.load();
		trigger(workflow, 'a', 'Trigger', deepCopy(row)).save(2, { isActivation: true });
		saved.save(workflow);
		expect(trigger(saved.restarted(), 'a', 'Trigger', row).knows()).toBe(2);
	});
});
