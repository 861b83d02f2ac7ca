import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { abortable } from '../../api/cancel';
import { ApiClient } from '../../api/client';
import { asNodeError } from '../../api/failures';
import type { Change } from '../change';
import { deliveryContent, readChange } from '../change';
import { TriggerParameters } from '../parameters';
import { RecordReader, messageOf } from '../recordReader';
import { triggerKeyOf } from '../triggerKey';
import { fetchFullRecord, ignoreRepeatedDeliveries, isWanted } from './form';
import { knowsSecret } from './secret';
import type { Claim } from './seen';
import { claim, deliveryKey } from './seen';

/** How long an answer waits for the record; how long AlfaCRM waits for an answer is not known. API notes 8. */
const RECORD_MS = 5_000;

/** Answers one call of AlfaCRM, and starts the workflow if it is a new event that the workflow asks for. */
export async function receive(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	if (!knowsSecret(context)) return refuse(context, 403, 'The secret in the URL is missing or wrong');
	const body = jsonOf(context);
	const delivery = readChange(body);
	if (typeof delivery === 'string') return refuse(context, 400, delivery);
	if (!isWanted(new TriggerParameters(context), delivery))
		return ignore('Not an event that this workflow asks for');
	// From the arrival on: whoever waits for an equal delivery has less time left to read.
	const limit = AbortSignal.timeout(RECORD_MS);
	// A time of zeros is none.
	const hasTime = /[1-9]/.test(delivery.datetime ?? '');
	const key = deliveryKey(deliveryContent(body, delivery), hasTime);
	const claimed = hasTime ? await claimOf(context, key) : NO_CLAIM;
	if (claimed === undefined) return ignore('Received before');
	try {
		return await start(context, delivery, key, claimed, limit);
	} finally {
		claimed.end();
	}
}

/**
 * What is answered with 200 must not be lost, so the answer comes last: nothing is waited for between it and n8n's start
 * of the execution. It is given here by hand because n8n 2.41, when it is left to answer after it has begun the
 * execution, no longer saves what the node remembers of earlier deliveries.
 */
async function start(
	context: IWebhookFunctions,
	delivery: Change,
	key: string,
	claimed: Claim,
	limit: AbortSignal,
): Promise<IWebhookResponseData> {
	const record = new TriggerParameters(context).flag(fetchFullRecord)
		? await recordOf(context, delivery, limit)
		: {};
	answer(context, 200, 'Workflow was started');
	claimed.keep();
	return {
		noWebhookResponse: true,
		workflowData: [[{ json: { ...delivery, deliveryKey: key, ...record } }]],
	};
}

/** n8n also reads forms and XML, as objects of their own kind; AlfaCRM sends neither. */
function jsonOf(context: IWebhookFunctions): unknown {
	const { 'content-type': type = '' } = context.getHeaderData();
	return /^application\/json\b/i.test(String(type)) ? context.getBodyData() : undefined;
}

const NO_CLAIM: Claim = { keep: () => {}, end: () => {} };

/** A test in the editor neither asks what came before nor counts as a delivery. */
async function claimOf(context: IWebhookFunctions, key: string): Promise<Claim | undefined> {
	const isTold =
		new TriggerParameters(context).flag(ignoreRepeatedDeliveries) && context.getMode() !== 'manual';
	if (!isTold) return NO_CLAIM;
	return await claim(triggerKeyOf(context), key, context.getWorkflowStaticData('node'));
}

/** AlfaCRM shows nobody what it was answered, so n8n's log tells as well. */
function refuse(context: IWebhookFunctions, status: number, message: string): IWebhookResponseData {
	context.logger.warn(`'${context.getNode().name}' refused a call with ${status}: ${message}`);
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
async function recordOf(
	context: IWebhookFunctions,
	delivery: Change,
	limit: AbortSignal,
): Promise<IDataObject> {
	const named = delivery.branch_id === null ? [] : [delivery.branch_id];
	try {
		const reading = new RecordReader(new ApiClient(context, limit)).find(delivery, named);
		const { record, reason } = await abortable(reading, limit);
		return reason === undefined ? { record } : { record, recordError: reason };
	} catch (caught) {
		const reason = limit.aborted ? TOO_LATE : messageOf(asNodeError(context.getNode(), caught));
		return { record: null, recordError: reason };
	}
}

/** Whatever held it up: AlfaCRM, the calls before it, or the time that the one it waited for took. */
const TOO_LATE = `The record was not read within ${RECORD_MS / 1_000} seconds of the event's arrival. Read it later in the workflow, with the AlfaCRM node.`;
