import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { ApiClient } from '../../api/client';
import { asNodeError } from '../../api/errors';
import type { Change } from '../change';
import { readChange } from '../change';
import { isWanted } from '../filter';
import { fetchRecord } from '../record';
import { knowsSecret } from './secret';
import type { Claim } from './seen';
import { claim } from './seen';

/** Answers one call of AlfaCRM, and starts the workflow if it is a new event that the workflow asks for. */
export async function receive(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	if (!knowsSecret(context)) return refuse(context, 403, 'The secret in the URL is missing or wrong');
	const delivery = readChange(jsonOf(context));
	if (typeof delivery === 'string') return refuse(context, 400, delivery);
	if (!isWanted(context, delivery)) return ignore('Not an event that this workflow asks for');
	const claimed = claimOf(context, delivery);
	if (claimed === undefined) return ignore('Received before');
	try {
		return await start(context, delivery, claimed);
	} finally {
		claimed.end();
	}
}

/**
 * The answer goes out here and now. Reading the record can take longer than AlfaCRM waits; and n8n 2.41, when it is left
 * to answer after it has begun the execution, no longer saves what the node remembers of earlier deliveries.
 */
async function start(
	context: IWebhookFunctions,
	delivery: Change,
	claimed: Claim,
): Promise<IWebhookResponseData> {
	answer(context, 200, 'Workflow was started');
	const { fetchRecord } = context.getNodeParameter('options', {}) as IDataObject;
	const record = fetchRecord === true ? await recordOf(context, delivery) : {};
	claimed.keep();
	return { noWebhookResponse: true, workflowData: [[{ json: { ...delivery, ...record } }]] };
}

/** n8n also reads forms and XML, as objects of their own kind; AlfaCRM sends neither. */
function jsonOf(context: IWebhookFunctions): unknown {
	const { 'content-type': type = '' } = context.getHeaderData();
	return /^application\/json\b/i.test(String(type)) ? context.getBodyData() : undefined;
}

/** A test in the editor neither asks what came before nor counts as a delivery. */
function claimOf(context: IWebhookFunctions, delivery: Change): Claim | undefined {
	const { ignoreRepeated = true } = context.getNodeParameter('options', {}) as IDataObject;
	// Without a time, two changes of the same kind look alike.
	const isTold = delivery.datetime !== null && ignoreRepeated === true && context.getMode() !== 'manual';
	if (!isTold) return { keep: () => {}, end: () => {} };
	const node = `${context.getWorkflow().id}:${context.getNode().id}`;
	return claim(node, delivery, context.getWorkflowStaticData('node'));
}

function refuse(context: IWebhookFunctions, status: number, message: string): IWebhookResponseData {
	answer(context, status, message);
	return { noWebhookResponse: true };
}

/** Answered with 200, so that AlfaCRM has no reason to send it again. */
function ignore(message: string): IWebhookResponseData {
	return { webhookResponse: { message } };
}

function answer(context: IWebhookFunctions, status: number, message: string): void {
	context.getResponseObject().status(status).json({ message });
}

/** The record that an event is about. An event must not be lost, so what goes wrong becomes part of it. */
async function recordOf(context: IWebhookFunctions, delivery: Change): Promise<IDataObject> {
	if (delivery.event === 'delete') return { record: null };
	try {
		return { record: await fetchRecord(new ApiClient(context), delivery) };
	} catch (caught) {
		const { message, description } = asNodeError(context.getNode(), caught);
		const recordError = description ? `${message.replace(/\.$/, '')}. ${description}` : message;
		return { record: null, recordError };
	}
}
