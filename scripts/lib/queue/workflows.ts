import { randomUUID } from 'node:crypto';
import type { INodeParameters } from 'n8n-workflow';
import type { ChainedNode } from '../n8n/chain';
import { chain } from '../n8n/chain';
import type { SavedCredential, Workflow } from '../n8n/types';

/** A workflow that starts from outside, and the path below n8n's address that does it. */
export interface Started {
	workflow: Workflow;
	path: string;
}

/** Behind a Webhook node, which answers before the rest begins. */
function behindWebhook(name: string, nodes: ChainedNode[]): Started {
	const path = randomUUID();
	const webhook = {
		name: 'Webhook',
		type: 'n8n-nodes-base.webhook',
		typeVersion: 2,
		webhookId: path,
		parameters: { httpMethod: 'POST', path, options: {} },
	};
	return { workflow: chain(name, [webhook, ...nodes]), path: `/webhook/${path}` };
}

function alfaCrm(name: string, { id, name: saved }: SavedCredential, parameters: INodeParameters) {
	const credentials = { alfaCrmApi: { id, name: saved } };
	return { name, type: 'n8n-nodes-alfacrm.alfaCrm', typeVersion: 1, parameters, credentials };
}

/** A call for each of these customers, one after the other, each of a node of its own. */
export function severalCalls(credential: SavedCredential, ids: number[]): Started {
	const nodes = ids.map((id) =>
		alfaCrm(`Get ${id}`, credential, {
			resource: 'customer',
			operation: 'get',
			branchId: 1,
			id: { __rl: true, mode: 'id', value: String(id) },
			addNames: false,
		}),
	);
	return behindWebhook(`${ids.length} calls`, nodes);
}

function saveLead(credential: SavedCredential, phone: string, name: string): ChainedNode {
	return alfaCrm('Save Lead', credential, {
		resource: 'customer',
		operation: 'upsert',
		branchId: 1,
		phone,
		fieldsToSet: { name, is_study: 0 },
		options: { onlyForNew: ['is_study', 'name'] },
	});
}

/** A form to a lead, by its phone: `{ name, phone }`. */
export function formToLead(credential: SavedCredential): Started {
	return behindWebhook('Form to lead', [
		saveLead(credential, '={{ $json.body.phone }}', '={{ $json.body.name }}'),
	]);
}

/** Completes a lesson: `{ id, present }`. */
export function lessonToComplete(credential: SavedCredential): Started {
	return behindWebhook('Complete lesson', [
		alfaCrm('Complete Lesson', credential, {
			resource: 'lesson',
			operation: 'complete',
			branchId: 1,
			id: { __rl: true, mode: 'id', value: '={{ $json.body.id }}' },
			if_completed: 'refuse',
			present_ids: '={{ $json.body.present }}',
			additionalFields: {},
		}),
	]);
}

/** Several leads in one execution: `{ phones }`. */
export function phonesToLeads(credential: SavedCredential): Started {
	const split = {
		name: 'Each Phone',
		type: 'n8n-nodes-base.splitOut',
		typeVersion: 1,
		parameters: { fieldToSplitOut: 'body.phones', options: { destinationFieldName: 'phone' } },
	};
	return behindWebhook('Phones to leads', [split, saveLead(credential, '={{ $json.phone }}', 'Лид')]);
}

/** The trigger. */
export const EVENTS = 'AlfaCRM Webhook Trigger';
/** The node behind which only what came for the first time gets. */
export const PASSED = 'Passed';

/** AlfaCRM's events, each once over all processes: n8n keeps in its database which keys were there. */
export function eventsOnce(): Started {
	const webhookId = randomUUID();
	const trigger = {
		name: EVENTS,
		type: 'n8n-nodes-alfacrm.alfaCrmWebhookTrigger',
		typeVersion: 1,
		webhookId,
		parameters: {},
	};
	const once = {
		name: 'Once',
		type: 'n8n-nodes-base.removeDuplicates',
		typeVersion: 2,
		parameters: {
			operation: 'removeItemsSeenInPreviousExecutions',
			logic: 'removeItemsWithAlreadySeenKeyValues',
			dedupeValue: '={{ $json.deliveryKey }}',
			options: {},
		},
	};
	const passed = { name: PASSED, type: 'n8n-nodes-base.noOp', typeVersion: 1, parameters: {} };
	return { workflow: chain('Events', [trigger, once, passed]), path: `/webhook/${webhookId}/webhook` };
}
