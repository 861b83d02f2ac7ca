import type { INodeParameters } from 'n8n-workflow';

import { customerForm, recordWithId, recordWithName } from './support/forms';
import { frontDeskOf } from './support/frontDesk';
import { useSchool } from './support/school';

// `unit/operations/knowledge` proves what an execution knows from earlier ones, and when it must read again.
const school = useSchool({ customers: 30 });
const { addLead, addRecord, expectRefused, readCustomer, run } = frontDeskOf(school);

describe('Move to Stage with the name of a stage', () => {
	let lead: number;
	let callStage: number;

	beforeEach(() => {
		lead = addLead();
		callStage = addRecord('lead-status', { name: 'Звонок', is_enabled: 1 });
	});

	/** Fills the form of Move to Stage for the lead. */
	function moveToStageForm(stageName: string): INodeParameters {
		return customerForm('moveToStage', recordWithId(lead), { lead_status_id: recordWithName(stageName) });
	}

	it('Move to Stage lists the stages to find the name', async () => {
		await run(moveToStageForm('Звонок'));

		expect(school.readJournal('lead-status/index')).toHaveLength(1);
		expect(readCustomer(lead).lead_status_id).toBe(callStage);
	});

	it('Move to Stage finds the name in the list that an earlier execution has read', async () => {
		await run(moveToStageForm('Звонок'));
		school.sandbox.clearJournal();

		await run(moveToStageForm('Звонок'));

		expect(school.readJournal('lead-status/index')).toEqual([]);
	});

	it('Move to Stage lists the stages again to find one that the staff has added since', async () => {
		await run(moveToStageForm('Звонок'));
		const secondCallStage = addRecord('lead-status', { name: 'Второй звонок', is_enabled: 1 });
		school.sandbox.clearJournal();

		await run(moveToStageForm('Второй звонок'));

		expect(school.readJournal('lead-status/index')).toHaveLength(1);
		expect(readCustomer(lead).lead_status_id).toBe(secondCallStage);
	});

	it('Move to Stage lists the stages once more before it refuses an unknown name', async () => {
		await run(moveToStageForm('Звонок'));
		school.sandbox.clearJournal();

		const { message } = await expectRefused(moveToStageForm('Нет такого'));

		expect(message).toContain('no stage is called that');
		expect(school.readCalls()).toEqual(['lead-status/index']);
	});

	it('Move to Stage finds a stage that another execution has created since', async () => {
		await run(moveToStageForm('Звонок'));
		const [newStage] = await run({
			resource: 'leadStatus',
			operation: 'create',
			branchId: 1,
			name: 'Новинка',
			additionalFields: {},
		});
		school.sandbox.clearJournal();

		await run(moveToStageForm('Новинка'));

		expect(school.readJournal('lead-status/index')).toHaveLength(1);
		expect(readCustomer(lead).lead_status_id).toBe(newStage.id);
	});
});
