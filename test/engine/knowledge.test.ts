import type { INodeParameters } from 'n8n-workflow';

import { recordWithId } from './support/forms';
import { frontDeskOf } from './support/frontDesk';
import { useSchool } from './support/school';

/** What executions know because others of the process have learnt it. What becomes stale, and when: `unit/operations/knowledge`. */
const school = useSchool({ customers: 30 });
const { addRecord, readCustomer, addLead, run, runToEnd } = frontDeskOf(school);

const costOf = async (parameters: INodeParameters) => {
	const before = school.readCalls().length;
	const { json, error } = await runToEnd(parameters);
	return { json, error, calls: school.readCalls().slice(before) };
};

describe('a name', () => {
	const inStage = (name: string) => ({
		...{ resource: 'customer', operation: 'moveToStage', branchId: 1, id: recordWithId(leadId) },
		lead_status_id: { __rl: true, mode: 'name', value: name } as INodeParameters[string],
	});
	let leadId: number;
	beforeEach(() => {
		leadId = addLead();
		addRecord('lead-status', { name: 'Звонок', is_enabled: 1 });
	});
	const listed = ({ calls }: { calls: string[] }) =>
		calls.filter((call) => call === 'lead-status/index').length;

	it('is looked up in the list that another execution has read', async () => {
		expect(listed(await costOf(inStage('Звонок')))).toBe(1);
		expect(listed(await costOf(inStage('Звонок')))).toBe(0);
	});

	it('that people have added since is found, and one that nobody has is looked for once more', async () => {
		await run(inStage('Звонок'));
		const id = addRecord('lead-status', { name: 'Второй звонок', is_enabled: 1 });
		expect(listed(await costOf(inStage('Второй звонок')))).toBe(1);
		expect(readCustomer(leadId).lead_status_id).toBe(id);
		const wrong = await costOf(inStage('Нет такого'));
		expect(wrong.error?.message).toContain('no stage is called that');
		expect(wrong.calls).toEqual(['lead-status/index']);
	});

	it('that this process has added is found', async () => {
		await run(inStage('Звонок'));
		const form = { resource: 'leadStatus', operation: 'create', branchId: 1, name: 'Новинка' };
		const [{ id }] = await run({ ...form, additionalFields: {} });
		expect(listed(await costOf(inStage('Новинка')))).toBe(1);
		expect(readCustomer(leadId).lead_status_id).toBe(id);
	});
});
