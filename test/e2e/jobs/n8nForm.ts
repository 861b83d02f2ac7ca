import type { Example } from '../support/example';

/** Publishes a workflow that begins with n8n's form, and returns the address of the form. */
export async function publishForm(example: Example, formNode: string): Promise<string> {
	const node = example.workflow.nodes.find(({ name }) => name === formNode);
	return await example.publishWebhook(`/form/${String(node?.webhookId)}`);
}

/** Submits n8n's form as a browser does, which numbers the fields and sends the empty ones too. */
export async function submitForm(address: string, values: readonly string[]): Promise<Response> {
	const body = new FormData();
	values.forEach((value, index) => {
		body.append(`field-${index}`, value);
	});
	return await fetch(address, { method: 'POST', body });
}
