import type { INodeParameters, INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

import { AlfaCrmWebhookTrigger } from '../../nodes/AlfaCrm/AlfaCrmWebhookTrigger.node';
import { entityOfClass } from '../../nodes/AlfaCrm/entities/registry';

const trigger = new AlfaCrmWebhookTrigger();
const { description } = trigger;

/** The classes that logs of AlfaCRM were seen to name. API notes 5.21. */
const CLASSES_SEEN_IN_LOGS = [
	'AclRole',
	'Bill',
	'Branch',
	'CommodityCategory',
	'Communication',
	'CrmTrigger',
	'Customer',
	'CustomerContract',
	'CustomerGroupInvolve',
	'CustomerReject',
	'CustomerToTariff',
	'Dashboard',
	'Duplicate',
	'DuplicateSearch',
	'Export',
	'FieldVisibility',
	'Group',
	'GroupStatus',
	'Import',
	'LeadForm',
	'LeadReject',
	'LeadSource',
	'LeadStatus',
	'Lesson',
	'LessonDetails',
	'LessonReason',
	'Level',
	'License',
	'Location',
	'MailMessage',
	'MailTemplate',
	'Mailing',
	'Pay',
	'PayAccount',
	'PayDraft',
	'PayItemCategory',
	'RegularLesson',
	'Room',
	'SmsMessage',
	'SmsTemplate',
	'StudyStatus',
	'Subject',
	'Tariff',
	'Task',
	'TaskTemplate',
	'Teacher',
	'User',
];

/** Finds a parameter in the form of the webhook trigger. */
function findParameter(name: string): INodeProperties {
	const parameter = description.properties.find((property) => property.name === name);
	if (parameter === undefined) throw new Error(`The form has no parameter ${name}`);
	return parameter;
}

/** Lists the choices of a parameter. */
function listChoicesOf(name: string): INodePropertyOptions[] {
	return findParameter(name).options as INodePropertyOptions[];
}

/** Whether n8n shows a parameter in a form that was filled in. */
function isParameterShown(name: string, filledIn: INodeParameters): boolean {
	return NodeHelpers.displayParameter(filledIn, findParameter(name), null, description);
}

describe('the form of the webhook trigger', () => {
	it('the form of the webhook trigger offers the classes that AlfaCRM was seen to name in its logs, and no others', () => {
		const classNames = listChoicesOf('entities').map(({ value }) => value);

		expect(classNames.sort()).toEqual(CLASSES_SEEN_IN_LOGS);
	});

	it('the form of the webhook trigger says that leads are customers too', () => {
		expect(listChoicesOf('entities')).toContainEqual(
			expect.objectContaining({ value: 'Customer', name: 'Customer (Leads and Clients)' }),
		);
	});

	it.each([{ name: 'events' }, { name: 'entities' }, { name: 'changedFields' }])(
		'the form of the webhook trigger begins with nothing chosen in the filter "$name"',
		({ name }) => {
			expect(findParameter(name).default).toEqual([]);
		},
	);

	it('the form of the webhook trigger begins without a secret', () => {
		expect(findParameter('secret').default).toBe('');
	});

	it('the webhook trigger reads no record unless the user switches that on, and ignores repeated deliveries unless the user switches that off', () => {
		expect(findParameter('options').options).toEqual([
			expect.objectContaining({ name: 'fetchRecord', default: false }),
			expect.objectContaining({ name: 'ignoreRepeated', default: true }),
		]);
	});

	it('the form of the webhook trigger says that the account owner gives AlfaCRM the production URL with the secret', () => {
		expect(findParameter('setUpNotice').displayName).toMatch(/account owner.*Production URL.*\?secret=/);
	});

	it('the form of the webhook trigger says where AlfaCRM takes the URL, that it is a paid option, and which trigger needs none', () => {
		expect(findParameter('setUpNotice').displayName).toMatch(
			/Settings.*auto-actions.*triggers and webhooks.*paid option.*AlfaCRM Trigger/,
		);
	});

	it('the form of the webhook trigger says that without a filter every event counts, whatever its name', () => {
		expect(findParameter('events').description).toMatch(
			/empty, every event counts, whatever AlfaCRM calls it/,
		);
	});

	it('the form of the webhook trigger says that a record which is not read within 5 seconds is null, with the reason', () => {
		expect(listChoicesOf('options')).toContainEqual(
			expect.objectContaining({
				name: 'fetchRecord',
				description: expect.stringMatching(/within 5 seconds is null, and recordError says why/) as string,
			}),
		);
	});

	it('the webhook trigger needs no credential to receive deliveries', () => {
		expect(description.credentials).toEqual([{ name: 'alfaCrmApi', required: false }]);
	});

	it('the webhook trigger takes deliveries by POST only, and answers them itself', () => {
		expect(description.webhooks).toEqual([
			{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'webhook' },
		]);
	});
});

describe('the warning of the webhook trigger about an empty secret', () => {
	it('the warning about an empty secret is a notice that says that no record is read without a secret', () => {
		expect(findParameter('unprotectedNotice')).toMatchObject({
			type: 'notice',
			displayName: expect.stringMatching(/No record is read while 'Secret' is empty/) as string,
		});
	});

	it('the warning about an empty secret is shown when records are to be read and there is no secret', () => {
		expect(isParameterShown('unprotectedNotice', { secret: '', options: { fetchRecord: true } })).toBe(true);
	});

	it.each([
		{ situation: 'no records are to be read', secret: '', options: {} },
		{ situation: 'there is a secret', secret: 'open-sesame', options: { fetchRecord: true } },
		{
			situation: 'the secret is an expression',
			secret: '={{ $vars.SECRET }}',
			options: { fetchRecord: true },
		},
	])('the warning about an empty secret is not shown when $situation', ({ secret, options }) => {
		expect(isParameterShown('unprotectedNotice', { secret, options })).toBe(false);
	});
});

describe('the methods by which n8n sets up a webhook', () => {
	it.each([{ method: 'checkExists' }, { method: 'create' }, { method: 'delete' }] as const)(
		'the webhook method $method succeeds without a call, because AlfaCRM has no calls for webhooks',
		async ({ method }) => {
			const contextWithoutHelpers = {} as never;

			const isDone = await trigger.webhookMethods.default[method].call(contextWithoutHelpers);

			expect(isDone).toBe(true);
		},
	);
});

describe('entityOfClass', () => {
	it.each([
		{ className: 'Customer', path: 'customer' },
		{ className: 'CustomerToTariff', path: 'customer-tariff' },
	])('entityOfClass finds the entity of the class $className, whose path is $path', ({ className, path }) => {
		expect(entityOfClass(className)?.path).toBe(path);
	});

	it.each([{ className: 'LessonDetails' }, { className: 'toString' }])(
		'entityOfClass finds no entity of the class $className',
		({ className }) => {
			expect(entityOfClass(className)).toBeUndefined();
		},
	);
});
