import type { INodeParameters } from 'n8n-workflow';

import { frontDeskOf } from './support/frontDesk';
import { useSchool } from './support/school';

/** Which names are one is proven in test/unit; here are the ways through n8n and its form. */
const school = useSchool({ customers: 40 });
const { addLead, readRecords, run, expectRefused } = frontDeskOf(school);

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
const inOrder = (values: INodeParameters) => upsert({ matchBy: 'firstFound', ...values });
const people = () => readRecords('customer').filter(({ name }) => name === 'Орлова Мия');

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
	const id = addLead({ web: ['https://t.me/mia_o', 'vk.com/mia_o'] });
	for (const operation of ['find', 'getOverview'])
		for (const key of [
			{ matchBy: 'web', web: '@Mia_O' },
			{ matchBy: 'firstFound', phone: PHONE, web: 'mia_o' },
		])
			expect(await run({ resource: 'customer', operation, branchId: 1, ...key })).toMatchObject([{ id }]);
	await expectRefused({
		resource: 'customer',
		operation: 'find',
		branchId: 1,
		matchBy: 'web',
		web: 'vk.com/mia',
	});
});
