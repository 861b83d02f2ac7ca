import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { CUSTOMER_TYPE } from '../support/codes';
import { frontDeskOf } from './support/frontDesk';
import { useSchool } from './support/school';

// `unit/operations/messengers` proves which names are equal. These tests prove the ways through n8n and its
// form.
const school = useSchool({ customers: 40 });
const { addLead, expectRefused, readRecords, run } = frontDeskOf(school);

const PHONE = '+7(900)555-00-01';

/**
 * Fills the form of Create or Update by the first key that is found, from a message of n8n's Telegram
 * Trigger.
 */
const TELEGRAM_FORM: INodeParameters = {
	resource: 'customer',
	operation: 'upsert',
	branchId: 1,
	matchBy: 'firstFound',
	phone: '={{ $json.contact?.phone_number }}',
	web: '={{ [$json.from.username, $json.from.id].filter(Boolean).join(", ") }}',
	name: 'Орлова Мия',
	fieldsToSet: { is_study: CUSTOMER_TYPE.lead },
};

/** Fills the form of an operation that finds a customer by the given keys. */
function formThatFinds(operation: string, keys: INodeParameters): INodeParameters {
	return { resource: 'customer', operation, branchId: 1, ...keys };
}

/** Passes a Telegram message to Create or Update, and returns the one item of the output. */
async function receiveMessage(message: IDataObject): Promise<IDataObject> {
	const [item] = await run(TELEGRAM_FORM, { items: [message] });
	return item;
}

/** Reads the customers whom the messages have created. */
function readCustomersOfMessages(): IDataObject[] {
	return readRecords('customer').filter(({ name }) => name === 'Орлова Мия');
}

describe('Create or Update for messages of a Telegram bot', () => {
	it('a Telegram message creates a customer with the name of its sender', async () => {
		const { operationResult } = await receiveMessage({ from: { username: 'mia_o' } });

		expect(operationResult).toBe('created');
		expect(readCustomersOfMessages()).toMatchObject([{ web: ['mia_o'], phone: [] }]);
	});

	it('a second message adds the number of the sender to the customer, although the name is in other capitals', async () => {
		await receiveMessage({ from: { username: 'mia_o' } });

		const { operationResult } = await receiveMessage({ from: { id: 123456789, username: 'Mia_O' } });

		expect(operationResult).toBe('updated');
		expect(readCustomersOfMessages()).toMatchObject([{ web: ['mia_o', '123456789'], phone: [] }]);
	});

	it("a message with a contact adds the sender's phone", async () => {
		await receiveMessage({ from: { id: 123456789, username: 'Mia_O' } });

		const { operationResult } = await receiveMessage({
			from: { id: 123456789, username: 'Mia_O' },
			contact: { phone_number: '79005550001' },
		});

		expect(operationResult).toBe('updated');
		expect(readCustomersOfMessages()).toMatchObject([{ phone: [PHONE], web: ['Mia_O', '123456789'] }]);
	});

	it('a repeated message changes nothing', async () => {
		const message = {
			from: { id: 123456789, username: 'Mia_O' },
			contact: { phone_number: '79005550001' },
		};
		await receiveMessage(message);

		const { operationResult } = await receiveMessage(message);

		expect(operationResult).toBe('unchanged');
		expect(readCustomersOfMessages()).toHaveLength(1);
	});

	it('a message without a name finds the customer by the number of the sender', async () => {
		await receiveMessage({
			from: { id: 123456789, username: 'Mia_O' },
			contact: { phone_number: '79005550001' },
		});

		const { operationResult } = await receiveMessage({ from: { id: 123456789 } });

		expect(operationResult).toBe('unchanged');
		expect(readCustomersOfMessages()).toHaveLength(1);
	});
});

describe('Operations on a customer with a Telegram name and a VK name', () => {
	let customer: number;

	beforeEach(() => {
		customer = addLead({ web: ['https://t.me/mia_o', 'vk.com/mia_o'] });
	});

	it.each([
		{ label: 'Find', operation: 'find' },
		{ label: 'Get Overview', operation: 'getOverview' },
	])('$label finds the customer by the Telegram name', async ({ operation }) => {
		const items = await run(formThatFinds(operation, { matchBy: 'web', web: '@Mia_O' }));

		expect(items).toMatchObject([{ id: customer }]);
	});

	it.each([
		{ label: 'Find', operation: 'find' },
		{ label: 'Get Overview', operation: 'getOverview' },
	])('$label finds the customer by the Telegram name when nobody has the phone', async ({ operation }) => {
		const keys = { matchBy: 'firstFound', phone: PHONE, web: 'mia_o' };

		const items = await run(formThatFinds(operation, keys));

		expect(items).toMatchObject([{ id: customer }]);
	});

	it('Find refuses a VK name that is only the beginning of the VK name', async () => {
		const form = formThatFinds('find', { matchBy: 'web', web: 'vk.com/mia' });

		const { message } = await expectRefused(form);

		expect(message).toBe(
			'AlfaCRM has no customer with this telegram or website in the branches that could be searched',
		);
	});
});
