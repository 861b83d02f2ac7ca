import type { INodeParameters, INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

import { AlfaCrmWebhookTrigger } from '../../nodes/AlfaCrm/AlfaCrmWebhookTrigger.node';
import { entityOfClass } from '../../nodes/AlfaCrm/entities/registry';

const trigger = new AlfaCrmWebhookTrigger();
const { description } = trigger;
const named = (name: string) => description.properties.find((property) => property.name === name);

/** As they were seen in logs: API notes 5.21. */
const CLASSES =
	'Lesson, LessonDetails, RegularLesson, Group, Customer, CustomerGroupInvolve, CustomerToTariff, Pay, PayDraft, PayAccount, PayItemCategory, Bill, Tariff, Task, TaskTemplate, Teacher, User, Communication, SmsMessage, SmsTemplate, MailMessage, MailTemplate, Mailing, LeadSource, LeadStatus, LeadReject, LeadForm, CustomerReject, StudyStatus, GroupStatus, Level, LessonReason, Location, Room, Branch, Subject, CommodityCategory, AclRole, CrmTrigger, FieldVisibility, Dashboard, CustomerContract, Export, Import, Duplicate, DuplicateSearch, License'.split(
		', ',
	);

describe('the form of the webhook trigger', () => {
	it('offers each class that AlfaCRM was seen to name, and no other, and says that customers are leads too', () => {
		const options = named('entities')?.options as INodePropertyOptions[];
		expect(options.map(({ value }) => value).sort()).toEqual([...CLASSES].sort());
		expect(options.find(({ value }) => value === 'Customer')?.name).toBe('Customer (Leads and Clients)');
	});

	it('filters nothing by itself, and ignores repeated deliveries', () => {
		for (const name of ['events', 'entities', 'changedFields']) expect(named(name)?.default).toEqual([]);
		expect(named('secret')?.default).toBe('');
		expect(named('options')?.options).toEqual([
			expect.objectContaining({ name: 'fetchRecord', default: false }),
			expect.objectContaining({ name: 'ignoreRepeated', default: true }),
		]);
	});

	it('says where it is set up, that events by any name count without a filter, and how long a record is read', () => {
		const notice = named('setUpNotice')?.displayName;
		expect(notice).toMatch(/account owner.*Production URL.*\?secret=/);
		expect(notice).toMatch(/Settings.*auto-actions.*triggers and webhooks.*paid option.*AlfaCRM Trigger/);
		expect(named('events')?.description).toMatch(/empty, every event counts, whatever AlfaCRM calls it/);
		const [fetchRecord] = named('options')?.options as INodeProperties[];
		expect(fetchRecord.description).toMatch(/within 5 seconds is null, and recordError says why/);
	});

	it('says where it is switched on that no record is read without a secret', () => {
		const notice = named('unprotectedNotice');

		expect(notice?.type).toBe('notice');
		expect(notice?.displayName).toMatch(/No record is read while 'Secret' is empty/);
		const isShown = (parameters: INodeParameters) =>
			NodeHelpers.displayParameter(parameters, notice as INodeProperties, null, description);
		expect(isShown({ secret: '', options: { fetchRecord: true } })).toBe(true);
		expect(isShown({ secret: '', options: {} })).toBe(false);
		expect(isShown({ secret: 'open-sesame', options: { fetchRecord: true } })).toBe(false);
		expect(isShown({ secret: '={{ $vars.SECRET }}', options: { fetchRecord: true } })).toBe(false);
	});

	it('needs no credential to receive, takes POST alone and lets the node answer', () => {
		expect(description.credentials).toEqual([{ name: 'alfaCrmApi', required: false }]);
		expect(description.webhooks).toEqual([
			{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'webhook' },
		]);
	});
});

it.each(['checkExists', 'create', 'delete'] as const)('%s has nothing to do at AlfaCRM', async (method) => {
	expect(await trigger.webhookMethods.default[method].call({} as never)).toBe(true);
});

it.each<[className: string, path: string | undefined]>([
	['Customer', 'customer'],
	['CustomerToTariff', 'customer-tariff'],
	['LessonDetails', undefined],
	['toString', undefined],
])('the records of class %s are listed under %s', (className, path) => {
	expect(entityOfClass(className)?.path).toBe(path);
});
