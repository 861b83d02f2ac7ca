import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import type { Delivery } from './delivery';
import { readDelivery } from './delivery';
import { isWanted } from './filter';
import { recordOf } from './record';
import { knowsSecret } from './secret';
import type { Claim } from './seen';
import { claim } from './seen';

const STARTED = 'Workflow was started';

/** Answers one call of AlfaCRM, and starts the workflow if it is a new event that the workflow asks for. */
export async function receive(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	if (!knowsSecret(context)) return refuse(context, 403, 'The secret in the URL is missing or wrong');
	const delivery = readDelivery(context.getBodyData());
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

async function start(
	context: IWebhookFunctions,
	delivery: Delivery,
	claimed: Claim,
): Promise<IWebhookResponseData> {
	const { fetchRecord } = context.getNodeParameter('options', {}) as IDataObject;
	const response = context.getResponseObject();
	if (fetchRecord === true) {
		// Reading the record can take longer than AlfaCRM waits for an answer.
		answer(context, 200, STARTED);
		const workflowData = toItem({ ...delivery, ...(await recordOf(context, delivery)) });
		claimed.keep();
		return { noWebhookResponse: true, workflowData };
	}
	// n8n answers once it has saved the execution, or with 500: then the delivery may come again.
	response.once('finish', () => {
		if (response.statusCode >= 400) claimed.revoke();
	});
	claimed.keep();
	return { webhookResponse: { message: STARTED }, workflowData: toItem(delivery) };
}

const toItem = (json: IDataObject): IWebhookResponseData['workflowData'] => [[{ json }]];

/** A test in the editor neither asks what came before nor counts as a delivery. */
function claimOf(context: IWebhookFunctions, delivery: Delivery): Claim | undefined {
	const { ignoreRepeated = true } = context.getNodeParameter('options', {}) as IDataObject;
	// Without a time, two changes of the same kind look alike.
	const isTold = delivery.datetime !== null && ignoreRepeated === true && context.getMode() !== 'manual';
	if (!isTold) return { keep: () => {}, revoke: () => {}, end: () => {} };
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
