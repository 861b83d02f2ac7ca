import type { JsonObject, Row, Sandbox } from '../../../sandbox';
import { CUSTOMER_TYPE } from '../../support/codes';
import type { Example } from '../support/example';
import { STAGE } from './demoSchool';
import { addClientWithPhone, readCommentsOf, watchNewCustomers } from './schoolRows';
import type { Job } from './types';

const PATH = '/webhook/messenger-message';

/** Mia as Telegram tells of her: without a phone. */
const MIA = { channel: 'Telegram', id: 123456789, username: 'mia_orlova', name: 'Мия' };
const GREETING_OF_MIA = { ...MIA, text: 'Здравствуйте! Есть место?' };

export const messengerFunnel: Job = {
	name: 'messenger-funnel',
	play: async (importExample, side, { sandbox }) => {
		const example = await importExample(side);
		const address = await example.publishWebhook(PATH);
		const school = new MessengerSchool(example, sandbox, address);

		const mia = await expectLeadOfFirstMessage(school);
		await expectLaterMessagesOnCardOf(mia, school);
		await expectLeadWithoutStageInFunnel(school);
		await expectLeadOfUnknownNumber(school);
		await expectArchivedLeadToReturn(mia, school);
		await expectOneLeadOfTwoMessagesAtOnce(school);
		await expectErrorForUnknownSender(school);

		await example.unpublish();
	},
};

/** The school whose messengers send their messages to the workflow. */
class MessengerSchool {
	readonly readNewCustomers: () => readonly Row[];

	constructor(
		readonly example: Example,
		readonly sandbox: Sandbox,
		private readonly address: string,
	) {
		this.readNewCustomers = watchNewCustomers(sandbox);
	}

	/** Posts a message and returns the HTTP status of the answer. */
	async post(message: object): Promise<number> {
		const response = await fetch(this.address, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(message),
		});
		return response.status;
	}

	/** Posts a message and waits until the workflow has dealt with it. */
	async send(message: object): Promise<void> {
		await this.example.waitForRunStartedBy(async () => {
			expect(await this.post(message)).toBe(200);
		});
	}

	readCustomer(id: number): Row | undefined {
		return this.sandbox.store.find('customer', id);
	}

	changeCustomer(id: number, changes: JsonObject): void {
		this.sandbox.store.patch('customer', id, changes);
	}

	readComments(customer: number) {
		return readCommentsOf(this.sandbox, customer);
	}
}

/** @returns the ID of the lead */
async function expectLeadOfFirstMessage(school: MessengerSchool): Promise<number> {
	await school.send(GREETING_OF_MIA);

	const newCustomers = school.readNewCustomers();
	expect(newCustomers).toMatchObject([
		{ name: 'Мия', is_study: CUSTOMER_TYPE.lead, lead_status_id: STAGE.newLead },
	]);
	const mia = newCustomers[0].id;
	expect(school.readComments(mia)).toEqual(['Telegram: Здравствуйте! Есть место?']);
	return mia;
}

/** The manager has moved Mia to another stage meanwhile, where the messages must leave her. */
async function expectLaterMessagesOnCardOf(mia: number, school: MessengerSchool): Promise<void> {
	school.changeCustomer(mia, { lead_status_id: STAGE.trialLesson });

	// A messenger that has got no answer sends the message again.
	await school.send(GREETING_OF_MIA);
	await school.send({ ...MIA, username: undefined, text: 'А по субботам?' });

	expect(school.readNewCustomers()).toHaveLength(1);
	expect(school.readComments(mia).sort()).toEqual([
		'Telegram: А по субботам?',
		'Telegram: Здравствуйте! Есть место?',
	]);
	expect(school.readCustomer(mia)).toMatchObject({ lead_status_id: STAGE.trialLesson });
}

/** The message comes from the phone of a lead who is at no stage of the funnel yet. */
async function expectLeadWithoutStageInFunnel(school: MessengerSchool): Promise<void> {
	const yan = addClientWithPhone(school.sandbox, '+7(900)000-77-33', {
		name: 'Орлов Ян',
		is_study: CUSTOMER_TYPE.lead,
		lead_status_id: null,
	});

	await school.send({ channel: 'WhatsApp', phone: '79000007733', name: 'Папа', text: 'Мы придём' });

	expect(school.readCustomer(yan)).toMatchObject({ name: 'Орлов Ян', lead_status_id: STAGE.newLead });
	expect(school.readComments(yan)).toEqual(['WhatsApp: Мы придём']);
}

async function expectLeadOfUnknownNumber(school: MessengerSchool): Promise<void> {
	await school.send({ channel: 'WhatsApp', phone: '79000007744', name: 'Ева' });

	expect(school.readNewCustomers()).toHaveLength(3);
	const eva = school.readNewCustomers()[2];
	expect(eva).toMatchObject({ name: 'Ева', lead_status_id: STAGE.newLead });
	expect(school.readComments(eva.id)).toEqual(['WhatsApp: (без текста)']);
}

/** Mia shares her number in Telegram after she was archived. From then on WhatsApp knows her by the number. */
async function expectArchivedLeadToReturn(mia: number, school: MessengerSchool): Promise<void> {
	school.changeCustomer(mia, { e_date: '2026-01-15' });

	await school.send({ ...MIA, phone: '79000007755', name: 'М.', text: 'Мой номер' });
	await school.send({ channel: 'WhatsApp', phone: '79000007755', name: 'Мия', text: 'Это я' });

	expect(school.readNewCustomers()).toHaveLength(3);
	expect(school.readCustomer(mia)).toMatchObject({
		name: 'Мия',
		phone: ['+7(900)000-77-55'],
		e_date: '2030-12-31',
	});
	expect(school.readComments(mia)).toContain('WhatsApp: Это я');
}

async function expectOneLeadOfTwoMessagesAtOnce(school: MessengerSchool): Promise<void> {
	const kim = { ...MIA, id: 987, username: 'kim_o' };

	const statuses = await Promise.all([
		school.post({ ...kim, text: 'Раз' }),
		school.post({ ...kim, text: 'Два' }),
	]);

	expect(statuses).toEqual([200, 200]);
	expect(school.readNewCustomers()).toHaveLength(4);
	expect(school.readComments(school.readNewCustomers()[3].id)).toHaveLength(2);
}

/** The status 500 lets the messenger send the message again. */
async function expectErrorForUnknownSender(school: MessengerSchool): Promise<void> {
	const run = school.example.waitForRunStartedBy(async () => {
		expect(await school.post({ text: 'Кто я?' })).toBe(500);
	});

	await expect(run).rejects.toThrow('in "Save Lead"');
	expect(school.readNewCustomers()).toHaveLength(4);
}
