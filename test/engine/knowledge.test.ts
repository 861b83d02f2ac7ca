import type { INodeParameters } from 'n8n-workflow';

import { useFastTime } from './support/fastTime';
import { byPhone, findByPhone, officeOf, pick } from './support/office';
import { mostInASecond, useSchool } from './support/school';

/** What executions know because others of the process have learnt it. What becomes stale, and when: `unit/operations/knowledge`. */
const school = useSchool({ customers: 30 });
const { add, customer, lead, run, set, whole } = officeOf(school);

const costOf = async (parameters: INodeParameters) => {
	const before = school.calls().length;
	const { json, error } = await whole(parameters);
	return { json, error, calls: school.calls().slice(before) };
};

describe('a name', () => {
	const inStage = (name: string) => ({
		...{ resource: 'customer', operation: 'moveToStage', branchId: 1, id: pick(leadId) },
		lead_status_id: { __rl: true, mode: 'name', value: name } as INodeParameters[string],
	});
	let leadId: number;
	beforeEach(() => {
		leadId = lead();
		add('lead-status', { name: 'Звонок', is_enabled: 1 });
	});
	const listed = ({ calls }: { calls: string[] }) =>
		calls.filter((call) => call === 'lead-status/index').length;

	it('is looked up in the list that another execution has read', async () => {
		expect(listed(await costOf(inStage('Звонок')))).toBe(1);
		expect(listed(await costOf(inStage('Звонок')))).toBe(0);
	});

	it('that people have added since is found, and one that nobody has is looked for once more', async () => {
		await run(inStage('Звонок'));
		const id = add('lead-status', { name: 'Второй звонок', is_enabled: 1 });
		expect(listed(await costOf(inStage('Второй звонок')))).toBe(1);
		expect(customer(leadId).lead_status_id).toBe(id);
		const wrong = await costOf(inStage('Нет такого'));
		expect(wrong.error?.message).toContain('no stage is called that');
		expect(wrong.calls).toEqual(['lead-status/index']);
	});

	it('that this process has added is found', async () => {
		await run(inStage('Звонок'));
		const form = { resource: 'leadStatus', operation: 'create', branchId: 1, name: 'Новинка' };
		const [{ id }] = await run({ ...form, additionalFields: {} });
		expect(listed(await costOf(inStage('Новинка')))).toBe(1);
		expect(customer(leadId).lead_status_id).toBe(id);
	});
});

describe('a funnel: each message is an execution that looks for the writer, and one that adds the message', () => {
	useFastTime();
	const MESSAGES = 30;
	const answer = async (n: number) => {
		const [{ id }] = await run(byPhone(`8 900 777 41 ${10 + n}`, { name: 'Новый Лид' }));
		await run({
			...{ resource: 'customer', operation: 'addComment', branchId: 1, id: pick(id) },
			...{ comment: `Сообщение ${n}`, skipIfThere: true },
		});
	};

	it('of new numbers costs five calls a message, at the limit of AlfaCRM', async () => {
		for (const id of [2, 3]) school.sandbox.store.remove('branch', id);
		lead({ phone: ['+7(900)555-00-01'] });
		await run(findByPhone('89005550001'));
		await answer(MESSAGES);
		set({ rateLimit: 5 });
		school.engine.credentials.stored.requestsPerSecond = 5;
		const before = school.sandbox.journal.length;
		await Promise.all(Array.from({ length: MESSAGES }, async (_, n) => await answer(n)));
		const calls = school.sandbox.journal.slice(before);
		// The branches are looked at once a minute.
		expect(calls.length).toBeLessThanOrEqual(5 * MESSAGES + 1);
		expect(calls.filter(({ status }) => status === 429)).toEqual([]);
		expect(mostInASecond(calls)).toBeLessThanOrEqual(5);
	});
});
