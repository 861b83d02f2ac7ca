import type { IDataObject, Workflow } from 'n8n-workflow';
import { deepCopy } from 'n8n-workflow';

import { SavedWorkflow, TriggerNode } from './savedWorkflow';

/** Under this key the static data of a workflow have the state of the trigger with the ID "a". */
const KEY_OF_TRIGGER_A = 'AlfaCRM Trigger a';

/** Loads a new workflow in which the trigger "a" has saved the state 1. */
function loadWorkflowWithState(): Workflow {
	const workflow = new SavedWorkflow().load();
	new TriggerNode(workflow, { id: 'a' }).saveState(1);
	return workflow;
}

/** Replaces the newest state of the trigger "a" in the static data of the workflow. */
function changeSharedState(workflow: Workflow, changes: IDataObject): void {
	const sharedData = workflow.getStaticData('global');
	const { state } = sharedData[KEY_OF_TRIGGER_A] as { state: IDataObject };
	const savedAt = Number(state.savedAt) + 1;
	sharedData[KEY_OF_TRIGGER_A] = { state: { ...state, savedAt, ...changes } };
}

describe('The memory of the process', () => {
	/** Lets the triggers of other workflows save something. */
	function pollOtherWorkflows(count: number): void {
		for (let number = 1; number <= count; number++) {
			new TriggerNode(new SavedWorkflow().load(), { id: 'a' }).saveState(2);
		}
	}

	it('the process remembers a state that n8n has not saved after polls of 999 other workflows', () => {
		const saved = new SavedWorkflow();
		new TriggerNode(saved.load(), { id: 'a' }).saveState(1);

		pollOtherWorkflows(999);

		expect(new TriggerNode(saved.load(), { id: 'a' }).readState()).toBe(1);
	});

	it('the process forgets a state that n8n has not saved after polls of 1,000 other workflows', () => {
		const saved = new SavedWorkflow();
		new TriggerNode(saved.load(), { id: 'a' }).saveState(1);

		pollOtherWorkflows(1_000);

		expect(new TriggerNode(saved.load(), { id: 'a' }).readState()).toBeUndefined();
	});
});

describe('A trigger in the static data of the workflow', () => {
	it('a trigger keeps its state when it is renamed', () => {
		const workflow = loadWorkflowWithState();

		const renamed = new TriggerNode(workflow, { id: 'a', name: 'Leads' });

		expect(renamed.readState()).toBe(1);
	});

	it('a copy of a trigger that takes its name begins anew', () => {
		const workflow = loadWorkflowWithState();

		const copy = new TriggerNode(workflow, { id: 'b', name: 'Trigger' });

		expect(copy.readState()).toBeUndefined();
	});

	it('a trigger keeps its own state when it has swapped its name with another trigger', () => {
		const workflow = loadWorkflowWithState();
		new TriggerNode(workflow, { id: 'b', name: 'Trigger' }).saveState(3);
		new TriggerNode(workflow, { id: 'a', name: 'Leads' }).saveState(2);

		const triggerA = new TriggerNode(workflow, { id: 'a', name: 'Trigger' });
		const triggerB = new TriggerNode(workflow, { id: 'b', name: 'Leads' });

		expect(triggerA.readState()).toBe(2);
		expect(triggerB.readState()).toBe(3);
	});

	it('a trigger begins anew when it has watched another event meanwhile', () => {
		const workflow = loadWorkflowWithState();
		new TriggerNode(workflow, { id: 'a', name: 'Payments' }).saveState(2, { event: 'payments' });

		const state = new TriggerNode(workflow, { id: 'a' }).openState({ event: 'leads' });

		expect(state.previous).toBeUndefined();
		expect(state.belongsToOtherEvent).toBe(true);
	});

	it('a trigger keeps its state when a Code node deletes the static data of the workflow', () => {
		const workflow = loadWorkflowWithState();

		delete workflow.staticData.global;

		expect(new TriggerNode(workflow, { id: 'a' }).readState()).toBe(1);
	});

	it.each([{ value: null }, { value: 'text' }, { value: { state: null } }])(
		'a trigger keeps its state when a Code node overwrites it with $value',
		({ value }) => {
			const workflow = loadWorkflowWithState();

			workflow.getStaticData('global')[KEY_OF_TRIGGER_A] = value;

			expect(new TriggerNode(workflow, { id: 'a' }).readState()).toBe(1);
		},
	);

	it('a trigger leaves the static data of others alone', () => {
		const workflow = new SavedWorkflow({ global: { count: 7 } }).load();

		new TriggerNode(workflow, { id: 'a' }).saveState(1);

		expect(workflow.getStaticData('global').count).toBe(7);
	});

	it('a trigger gives n8n nothing to save when its state is the same as before', () => {
		const workflow = new SavedWorkflow().load();
		new TriggerNode(workflow, { id: 'a' }).saveState({ seen: [1], more: undefined });
		const mark = workflow.staticData as { __dataChanged?: boolean };
		mark.__dataChanged = false;

		new TriggerNode(workflow, { id: 'a' }).saveState({ seen: [1], more: undefined });

		expect(mark.__dataChanged).toBe(false);
	});
});

describe('An execution that saves the static data that it read before the last report', () => {
	/** The trigger saves 1, an execution begins, the trigger reports and saves 2, and the execution ends. */
	function saveOldStaticData(saved: SavedWorkflow): TriggerNode {
		const published = saved.load();
		const trigger = new TriggerNode(published, { id: 'a' });
		trigger.saveState(1);
		saved.save(published);
		const execution = saved.load();

		trigger.saveState(2, { isReport: true });
		saved.save(published);
		execution.getStaticData('global').count = 1;
		saved.save(execution);
		return trigger;
	}

	it('an execution that saves old static data does not throw back a trigger that has polled since', () => {
		const saved = new SavedWorkflow();
		const trigger = saveOldStaticData(saved);

		trigger.openState();

		expect(new TriggerNode(saved.load(), { id: 'a' }).readState()).toBe(2);
	});

	it('an execution that saves old static data throws the trigger back when n8n restarts right afterwards', () => {
		const saved = new SavedWorkflow();
		const trigger = saveOldStaticData(saved);

		trigger.openState();

		expect(new TriggerNode(saved.loadAfterRestart(), { id: 'a' }).readState()).toBe(1);
	});
});

describe('A trigger whose stored state cannot be read', () => {
	it('a new trigger has no state and has lost none', () => {
		const state = new TriggerNode(new SavedWorkflow().load(), { id: 'a' }).openState();

		expect(state.previous).toBeUndefined();
		expect(state.lossReason).toBeUndefined();
	});

	// The newer version has reported what happened since the older state was saved.
	it('a trigger does not go back to an older readable state when a newer version has stored the last one', () => {
		const workflow = loadWorkflowWithState();
		changeSharedState(workflow, { version: 9 });

		const state = new TriggerNode(workflow, { id: 'a' }).openState();

		expect(state.previous).toBeUndefined();
		expect(state.lossReason).toBe(
			'Its state was stored by another version of this package: it has version 9, and this package reads version 8.',
		);
	});

	it('a trigger goes on from the copy in the static data of the node when the other copy is broken', () => {
		const workflow = loadWorkflowWithState();
		changeSharedState(workflow, { branches: 'all' });

		const state = new TriggerNode(workflow, { id: 'a' }).openState();

		expect(state.previous?.eventSourceState).toBe(1);
		expect(state.lossReason).toBeUndefined();
	});

	it('a trigger says what is wrong with its state', () => {
		const workflow = new SavedWorkflow({ global: { [KEY_OF_TRIGGER_A]: { state: 'garbage' } } }).load();

		const state = new TriggerNode(workflow, { id: 'a' }).openState();

		expect(state.lossReason).toBe('Its state is broken: state is not an object.');
	});

	it('a trigger saves a state that can be read again', () => {
		const saved = new SavedWorkflow({ global: { [KEY_OF_TRIGGER_A]: { state: 'garbage' } } });
		const workflow = saved.load();

		new TriggerNode(workflow, { id: 'a' }).saveState(1);
		saved.save(workflow);

		expect(new TriggerNode(saved.loadAfterRestart(), { id: 'a' }).readState()).toBe(1);
	});
});

describe('Two triggers of a workflow that were published one after the other', () => {
	/** Saves a state of both triggers, and returns the workflow in which the first one was published. */
	function publishFirstTrigger(saved: SavedWorkflow): Workflow {
		const workflow = saved.load();
		new TriggerNode(workflow, { id: 'a', name: 'A' }).saveState('a1');
		new TriggerNode(workflow, { id: 'b', name: 'B' }).saveState('b1');
		saved.save(workflow);
		return workflow;
	}

	it('a trigger saves what the other trigger has reported, and not the older state that it was published with', () => {
		const saved = new SavedWorkflow();
		const firstWorkflow = publishFirstTrigger(saved);
		const secondWorkflow = saved.load();
		const triggerB = new TriggerNode(secondWorkflow, { id: 'b', name: 'B' });
		triggerB.saveState('b2', { isReport: true });
		saved.save(secondWorkflow);
		triggerB.openState();

		new TriggerNode(firstWorkflow, { id: 'a', name: 'A' }).saveState('a2', { isReport: true });
		saved.save(firstWorkflow);

		const restarted = saved.loadAfterRestart();
		expect(new TriggerNode(restarted, { id: 'b', name: 'B' }).readState()).toBe('b2');
	});

	it('a trigger does not save a report of the other trigger that n8n may still drop', () => {
		const saved = new SavedWorkflow();
		const firstWorkflow = publishFirstTrigger(saved);
		const secondWorkflow = saved.load();
		new TriggerNode(secondWorkflow, { id: 'b', name: 'B' }).saveState('b2', { isReport: true });

		new TriggerNode(firstWorkflow, { id: 'a', name: 'A' }).saveState('a2', { isReport: true });
		saved.save(firstWorkflow);

		const restarted = saved.loadAfterRestart();
		expect(new TriggerNode(restarted, { id: 'b', name: 'B' }).readState()).toBe('b1');
	});

	it('a trigger keeps the newer state of the other trigger that another process has saved', () => {
		const saved = new SavedWorkflow();
		new TriggerNode(saved.load(), { id: 'b', name: 'B' }).saveState('b1');
		const workflowElsewhere = saved.loadInOtherProcess();
		const triggerElsewhere = new TriggerNode(workflowElsewhere, { id: 'b', name: 'B' });
		triggerElsewhere.saveState('b2');
		triggerElsewhere.saveState('b3');
		saved.save(workflowElsewhere);

		const workflow = saved.load();
		new TriggerNode(workflow, { id: 'a', name: 'A' }).saveState('a1');

		// The new name leaves only the static data of the workflow to read the state from.
		const renamedTriggerB = new TriggerNode(workflow, { id: 'b', name: 'Renamed' });
		expect(renamedTriggerB.readState()).toBe('b3');
	});
});

describe('A trigger with a durable cursor', () => {
	it('a trigger goes on from the static data of the workflow while its row is empty', () => {
		const workflow = new SavedWorkflow().load();
		new TriggerNode(workflow, { id: 'a' }, {}).saveState(1);

		const trigger = new TriggerNode(workflow, { id: 'a' }, {});

		expect(trigger.readState()).toBe(1);
	});

	it('a trigger deletes its state from the static data of the workflow once its row has one', () => {
		const workflow = new SavedWorkflow().load();
		const row: IDataObject = {};
		const trigger = new TriggerNode(workflow, { id: 'a' }, row);
		trigger.saveState(1);

		trigger.saveState(2);

		expect(workflow.getStaticData('global')).toEqual({});
	});

	it('a trigger keeps the state in its row when it is renamed', () => {
		const workflow = new SavedWorkflow().load();
		const row: IDataObject = {};
		const trigger = new TriggerNode(workflow, { id: 'a' }, row);
		trigger.saveState(1);
		trigger.saveState(2);

		const renamed = new TriggerNode(workflow, { id: 'a', name: 'Leads' }, row);

		expect(renamed.readState()).toBe(2);
	});

	it('a trigger keeps the state of a later activation although n8n drops its row', () => {
		const saved = new SavedWorkflow();
		const row: IDataObject = {};
		new TriggerNode(saved.load(), { id: 'a' }, row).saveState(1);
		const workflow = saved.load();
		const droppedRow = deepCopy(row);

		new TriggerNode(workflow, { id: 'a' }, droppedRow).saveState(2, { isActivation: true });
		saved.save(workflow);

		expect(new TriggerNode(saved.loadAfterRestart(), { id: 'a' }, row).readState()).toBe(2);
	});
});
