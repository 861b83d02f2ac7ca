import type { IDataObject } from 'n8n-workflow';

/**
 * Makes the body that AlfaCRM posts to the webhook: the update of a customer, unless `fields` says
 * otherwise.
 */
export function makeDelivery(entityId = 5, fields: IDataObject = {}): IDataObject {
	return {
		branch_id: 1,
		event: 'update',
		entity: 'Customer',
		entity_id: entityId,
		fields_old: { study_status_id: 1 },
		fields_new: { study_status_id: 3 },
		fields_rel: [],
		user_id: 4,
		datetime: '2026-02-10 11:59:00',
		...fields,
	};
}

/** Answers of the webhook trigger to a delivery. */
export const STARTED = { status: 200, message: 'Workflow was started' };
export const REPEATED = { status: 200, message: 'Received before' };
export const IGNORED = { status: 200, message: 'Not an event that this workflow asks for' };
export const WRONG_SECRET = { status: 403, message: 'The secret in the URL is missing or wrong' };

/** Matches an item with the key that the trigger adds to it. Equal deliveries have equal keys. */
export const WITH_DELIVERY_KEY = { deliveryKey: expect.stringMatching(/^[\w-]{16,36}$/) as string };
