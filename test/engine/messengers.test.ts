import type { INodeParameters } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { Engine } from './support/engine';
import { useFastTime } from './support/fastTime';
import { officeOf } from './support/office';
import { useSchool } from './support/school';

/** Which names are one is proven in test/unit; here are the ways through n8n: its form, two executions, lost answers. */
const school = useSchool({ customers: 40 });
const { lead, rows, run, set, stopped, whole } = officeOf(school);

const PHONE = '+7(900)555-00-01';
const upsert = (key: INodeParameters): INodeParameters => ({
	...{
		resource: 'customer',
		operation: 'upsert',
		branchId: 1,
		name: 'Орлова Мия',
		fieldsToSet: { is_study: 0 },
	},
	...key,
});
const byWeb = (web: string) => upsert({ matchBy: 'web', web });
const inOrder = (values: INodeParameters) => upsert({ matchBy: 'firstFound', ...values });
const people = () => rows('customer').filter(({ name }) => name === 'Орлова Мия');

/** As n8n's own trigger of Telegram gives a message. */
const MESSAGE = { from: { id: 123456789, username: 'Mia_O' }, contact: { phone_number: '79005550001' } };

it('a bot that knows the name, later the phone, later the number alone has one customer', async () => {
	const form = inOrder({
		phone: '={{ $json.contact?.phone_number }}',
		web: '={{ [$json.from.username, $json.from.id].filter(Boolean).join(", ") }}',
	});
	const { from } = MESSAGE;
	const results: unknown[] = [];
	for (const item of [{ from: { username: 'mia_o' } }, { from }, MESSAGE, MESSAGE, { from: { id: from.id } }])
		results.push((await run(form, { items: [item] }))[0].operationResult);
	expect(results).toEqual(['created', 'updated', 'updated', 'unchanged', 'unchanged']);
	expect(people()).toMatchObject([{ phone: [PHONE], web: ['mia_o', '123456789'] }]);
});

it('Get Overview and Find go by a name as well', async () => {
	const id = lead({ web: ['https://t.me/mia_o', 'vk.com/mia_o'] });
	for (const operation of ['find', 'getOverview'])
		for (const key of [
			{ matchBy: 'web', web: '@Mia_O' },
			{ matchBy: 'firstFound', phone: PHONE, web: 'mia_o' },
		])
			expect(await run({ resource: 'customer', operation, branchId: 1, ...key })).toMatchObject([{ id }]);
	await stopped({ resource: 'customer', operation: 'find', branchId: 1, matchBy: 'web', web: 'vk.com/mia' });
});

describe('in time that runs fast', () => {
	useFastTime();

	it.each([0, 40, 300, 800])(
		'two executions by different keys, %i ms apart, make one customer',
		async (apart) => {
			set({ latencyMs: 100 });
			const other = new Engine(school.credential, '2');
			const later = async () => {
				await sleep(apart);
				return await other.run({ parameters: byWeb('t.me/Mia_O') });
			};
			const both = await Promise.all([whole(inOrder({ phone: PHONE, web: '@mia_o' })), later()]);
			expect(both.map(({ json }) => json[0].operationResult)).toContain('created');
			expect(people()).toMatchObject([{ phone: [PHONE], web: ['@mia_o'] }]);
		},
	);

	it('one whose answer is lost leaves one customer after the next run', async () => {
		const form = inOrder({ phone: PHONE, web: 'mia_o' });
		const match = { entity: 'customer', action: 'create' };
		school.sandbox.faults.add({ kind: 'reset', when: 'after', match });
		expect((await whole(form)).status).toBe('error');
		expect(await run(form)).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(people()).toHaveLength(1);
	});
});
