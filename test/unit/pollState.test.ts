import type { IDataObject, Workflow } from 'n8n-workflow';
import { deepCopy } from 'n8n-workflow';

import { SavedWorkflow, TriggerNode } from './savedWorkflow';

/** A trigger that watches leads. */
const LEADS = { id: 'leads', name: 'Leads' };
/** Another trigger, which stands in the same workflow and watches payments. */
const PAYMENTS = { id: 'payments', name: 'Payments' };

/** The static data of a workflow keep the state of the trigger LEADS under this key. */
const KEY_OF_LEADS = 'AlfaCRM Trigger leads';

/** Loads a new workflow in which the trigger LEADS has saved a state. */
function loadWorkflowWithState(state: string): Workflow {
	const workflow = new SavedWorkflow().load();
	new TriggerNode(workflow, LEADS).saveState(state);
	return workflow;
}

/** Makes a workflow whose static data have "garbage" where the state of the trigger LEADS should be. */
function makeWorkflowWithBrokenState(): SavedWorkflow {
	return new SavedWorkflow({ global: { [KEY_OF_LEADS]: { state: 'garbage' } } });
}

/** Changes the state of the trigger LEADS in the static data of the workflow, and marks it as the newest one. */
function changeStateInWorkflowData(workflow: Workflow, changes: IDataObject): void {
	const workflowData = workflow.getStaticData('global');
	const { state } = workflowData[KEY_OF_LEADS] as { state: IDataObject };
	const savedAt = Number(state.savedAt) + 1;
	workflowData[KEY_OF_LEADS] = { state: { ...state, savedAt, ...changes } };
}

describe('The memory of the n8n process', () => {
	/** Lets the triggers of other workflows save something. */
	function pollOtherWorkflows(count: number): void {
		for (let number = 1; number <= count; number++) {
			new TriggerNode(new SavedWorkflow().load(), LEADS).saveState('state of another workflow');
		}
	}

	it('the process remembers the state of a trigger that n8n has not saved until 999 other workflows have polled', () => {
		const saved = new SavedWorkflow();
		new TriggerNode(saved.load(), LEADS).saveState('state that n8n has not saved');

		pollOtherWorkflows(999);

		const trigger = new TriggerNode(saved.load(), LEADS);
		expect(trigger.readState()).toBe('state that n8n has not saved');
	});

	it('the process forgets the state of a trigger that n8n has not saved after 1,000 other workflows have polled', () => {
		const saved = new SavedWorkflow();
		new TriggerNode(saved.load(), LEADS).saveState('state that n8n has not saved');

		pollOtherWorkflows(1_000);

		const trigger = new TriggerNode(saved.load(), LEADS);
		expect(trigger.readState()).toBeUndefined();
	});
});

describe('A trigger in the static data of the workflow', () => {
	it('a trigger keeps its state when the user renames it', () => {
		const workflow = loadWorkflowWithState('state before the renaming');

		const renamedTrigger = new TriggerNode(workflow, { id: LEADS.id, name: 'New Name' });

		expect(renamedTrigger.readState()).toBe('state before the renaming');
	});

	it('a copy of a trigger begins without a state, although it takes the name of the original', () => {
		const workflow = loadWorkflowWithState('state of the original');

		const copy = new TriggerNode(workflow, { id: 'copy', name: LEADS.name });

		expect(copy.readState()).toBeUndefined();
	});

	it('two triggers keep their own states when they swap their names', () => {
		const workflow = loadWorkflowWithState('state of Leads');
		new TriggerNode(workflow, PAYMENTS).saveState('state of Payments');

		const leads = new TriggerNode(workflow, { id: LEADS.id, name: PAYMENTS.name });
		const payments = new TriggerNode(workflow, { id: PAYMENTS.id, name: LEADS.name });

		expect(leads.readState()).toBe('state of Leads');
		expect(payments.readState()).toBe('state of Payments');
	});

	it('a trigger begins without a state when it returns to an event after it has watched another one', () => {
		const workflow = new SavedWorkflow().load();
		new TriggerNode(workflow, LEADS).saveState('state of leads', { event: 'leads' });
		// The renamed trigger saves its state beside the first one, which stays under the old name.
		const renamedTrigger = new TriggerNode(workflow, { id: LEADS.id, name: 'New Name' });
		renamedTrigger.saveState('state of payments', { event: 'payments' });

		const state = new TriggerNode(workflow, LEADS).openState({ event: 'leads' });

		expect(state.previous).toBeUndefined();
		expect(state.belongsToOtherEvent).toBe(true);
	});

	it('a trigger keeps its state when a Code node deletes the static data of the workflow', () => {
		const workflow = loadWorkflowWithState('state before the deletion');

		delete workflow.staticData.global;

		const trigger = new TriggerNode(workflow, LEADS);
		expect(trigger.readState()).toBe('state before the deletion');
	});

	it.each([{ value: null }, { value: 'text' }, { value: { state: null } }])(
		'a trigger keeps its state when a Code node writes $value over it in the static data of the workflow',
		({ value }) => {
			const workflow = loadWorkflowWithState('state before the Code node');

			workflow.getStaticData('global')[KEY_OF_LEADS] = value;

			const trigger = new TriggerNode(workflow, LEADS);
			expect(trigger.readState()).toBe('state before the Code node');
		},
	);

	it('a trigger leaves the static data of a Code node as they are', () => {
		const workflow = new SavedWorkflow({ global: { countOfCodeNode: 7 } }).load();

		new TriggerNode(workflow, LEADS).saveState('a state');

		expect(workflow.getStaticData('global').countOfCodeNode).toBe(7);
	});

	it('a trigger does not ask n8n to save the static data when its state is equal to the last one', () => {
		const workflow = new SavedWorkflow().load();
		new TriggerNode(workflow, LEADS).saveState({ seen: [1], more: undefined });
		// n8n saves the static data of a workflow when this mark is true.
		const markOfN8n = workflow.staticData as { __dataChanged?: boolean };
		markOfN8n.__dataChanged = false;

		new TriggerNode(workflow, LEADS).saveState({ seen: [1], more: undefined });

		expect(markOfN8n.__dataChanged).toBe(false);
	});
});

describe('An execution that saves static data which it read before the trigger reported', () => {
	/**
	 * Lets an execution, such as that of a Code node, read the static data before the trigger saves its second state,
	 * and save them after that. So n8n has the first state again.
	 *
	 * @returns the trigger, which has saved "first state" and "second state"
	 */
	function overwriteSecondState(saved: SavedWorkflow): TriggerNode {
		const publishedWorkflow = saved.load();
		const trigger = new TriggerNode(publishedWorkflow, LEADS);
		trigger.saveState('first state');
		saved.save(publishedWorkflow);
		const execution = saved.load();

		trigger.saveState('second state', { isReport: true });
		saved.save(publishedWorkflow);
		execution.getStaticData('global').count = 1;
		saved.save(execution);
		return trigger;
	}

	it('a trigger keeps its second state after it has polled once more, although an execution has written the first one back', () => {
		const saved = new SavedWorkflow();
		const trigger = overwriteSecondState(saved);

		// Each poll begins with this.
		trigger.openState();

		expect(new TriggerNode(saved.load(), LEADS).readState()).toBe('second state');
	});

	it('a trigger falls back to its first state when an execution has written it back and n8n restarts right afterwards', () => {
		const saved = new SavedWorkflow();
		const trigger = overwriteSecondState(saved);

		trigger.openState();

		const workflowAfterRestart = saved.loadAfterRestart();
		expect(new TriggerNode(workflowAfterRestart, LEADS).readState()).toBe('first state');
	});
});

describe('A trigger whose stored state cannot be read', () => {
	it('a new trigger has no state and reports no loss of a state', () => {
		const state = new TriggerNode(new SavedWorkflow().load(), LEADS).openState();

		expect(state.previous).toBeUndefined();
		expect(state.lossReason).toBeUndefined();
	});

	// The newer version has already reported what happened after the older state was saved.
	it('a trigger uses no older state when a newer version of this package has saved the last one', () => {
		const workflow = loadWorkflowWithState('older state, which this version can read');
		changeStateInWorkflowData(workflow, { version: 9 });

		const state = new TriggerNode(workflow, LEADS).openState();

		expect(state.previous).toBeUndefined();
		expect(state.lossReason).toBe(
			'Its state was stored by another version of this package: it has version 9, and this package reads version 8.',
		);
	});

	it('a trigger reads its state from the static data of the node when the copy in the workflow is broken', () => {
		const workflow = loadWorkflowWithState('state in the data of the node');
		const brokenBranches = 'no list of numbers';
		changeStateInWorkflowData(workflow, { branches: brokenBranches });

		const state = new TriggerNode(workflow, LEADS).openState();

		expect(state.previous?.eventSourceState).toBe('state in the data of the node');
		expect(state.lossReason).toBeUndefined();
	});

	it('a trigger says what is wrong with a broken state', () => {
		const workflow = makeWorkflowWithBrokenState().load();

		const state = new TriggerNode(workflow, LEADS).openState();

		expect(state.lossReason).toBe('Its state is broken: state is not an object.');
	});

	it('a trigger replaces a broken state when it saves the next one', () => {
		const saved = makeWorkflowWithBrokenState();
		const workflow = saved.load();

		new TriggerNode(workflow, LEADS).saveState('next state');
		saved.save(workflow);

		const workflowAfterRestart = saved.loadAfterRestart();
		expect(new TriggerNode(workflowAfterRestart, LEADS).readState()).toBe('next state');
	});
});

describe('Two triggers of a workflow that were published one after the other', () => {
	/** Saves a first state of both triggers, and returns the workflow as n8n has loaded it for the trigger LEADS. */
	function publishLeads(saved: SavedWorkflow): Workflow {
		const workflow = saved.load();
		new TriggerNode(workflow, LEADS).saveState('Leads: first state');
		new TriggerNode(workflow, PAYMENTS).saveState('Payments: first state');
		saved.save(workflow);
		return workflow;
	}

	it('a trigger does not overwrite the newer state of another trigger with the one that it was published with', () => {
		const saved = new SavedWorkflow();
		const workflowOfLeads = publishLeads(saved);
		const workflowOfPayments = saved.load();
		const payments = new TriggerNode(workflowOfPayments, PAYMENTS);
		payments.saveState('Payments: second state', { isReport: true });
		saved.save(workflowOfPayments);
		// By its next poll, the trigger knows that n8n has kept the second state.
		payments.openState();

		new TriggerNode(workflowOfLeads, LEADS).saveState('Leads: second state', { isReport: true });
		saved.save(workflowOfLeads);

		const workflowAfterRestart = saved.loadAfterRestart();
		expect(new TriggerNode(workflowAfterRestart, PAYMENTS).readState()).toBe('Payments: second state');
	});

	it('a trigger does not save the newer state of another trigger while n8n may still drop that state', () => {
		const saved = new SavedWorkflow();
		const workflowOfLeads = publishLeads(saved);
		const workflowOfPayments = saved.load();
		// n8n has not saved this workflow yet, and the trigger has not polled again.
		new TriggerNode(workflowOfPayments, PAYMENTS).saveState('Payments: second state', { isReport: true });

		new TriggerNode(workflowOfLeads, LEADS).saveState('Leads: second state', { isReport: true });
		saved.save(workflowOfLeads);

		const workflowAfterRestart = saved.loadAfterRestart();
		expect(new TriggerNode(workflowAfterRestart, PAYMENTS).readState()).toBe('Payments: first state');
	});

	it('a trigger keeps the newer state of another trigger that another n8n process has saved', () => {
		const saved = new SavedWorkflow();
		new TriggerNode(saved.load(), PAYMENTS).saveState('Payments: first state');
		const workflowElsewhere = saved.loadInOtherProcess();
		const paymentsElsewhere = new TriggerNode(workflowElsewhere, PAYMENTS);
		paymentsElsewhere.saveState('Payments: second state');
		paymentsElsewhere.saveState('Payments: third state');
		saved.save(workflowElsewhere);

		const workflow = saved.load();
		new TriggerNode(workflow, LEADS).saveState('Leads: first state');

		// The new name hides the static data of the node, so only those of the workflow are read.
		const renamedPayments = new TriggerNode(workflow, { id: PAYMENTS.id, name: 'New Name' });
		expect(renamedPayments.readState()).toBe('Payments: third state');
	});
});

// With n8n's setting "durable cursors", a trigger has its state in a row of n8n's database.
describe('A trigger with a durable cursor', () => {
	it('a trigger reads its state from the static data of the workflow while its database row is empty', () => {
		const workflow = new SavedWorkflow().load();
		const rowThatN8nDrops: IDataObject = {};
		new TriggerNode(workflow, LEADS, rowThatN8nDrops).saveState('first state');

		const emptyRow: IDataObject = {};
		const trigger = new TriggerNode(workflow, LEADS, emptyRow);

		expect(trigger.readState()).toBe('first state');
	});

	it('a trigger that has its state in the database row removes the older copy from the static data of the workflow', () => {
		const workflow = new SavedWorkflow().load();
		const row: IDataObject = {};
		const trigger = new TriggerNode(workflow, LEADS, row);
		trigger.saveState('first state, in the row and in the static data');

		trigger.saveState('second state, in the row');

		expect(workflow.getStaticData('global')).toEqual({});
	});

	it('a trigger keeps the state in its database row when the user renames it', () => {
		const workflow = new SavedWorkflow().load();
		const row: IDataObject = {};
		const trigger = new TriggerNode(workflow, LEADS, row);
		trigger.saveState('first state');
		trigger.saveState('second state');

		const renamedTrigger = new TriggerNode(workflow, { id: LEADS.id, name: 'New Name' }, row);

		expect(renamedTrigger.readState()).toBe('second state');
	});

	it('a trigger keeps the state of its second activation, although n8n does not store the database row of that poll', () => {
		const saved = new SavedWorkflow();
		const row: IDataObject = {};
		new TriggerNode(saved.load(), LEADS, row).saveState('state of the first activation');
		const workflow = saved.load();
		const rowThatN8nDrops = deepCopy(row);

		const triggerAtActivation = new TriggerNode(workflow, LEADS, rowThatN8nDrops);
		triggerAtActivation.saveState('state of the second activation', { isActivation: true });
		saved.save(workflow);

		const workflowAfterRestart = saved.loadAfterRestart();
		const trigger = new TriggerNode(workflowAfterRestart, LEADS, row);
		expect(trigger.readState()).toBe('state of the second activation');
	});
});
