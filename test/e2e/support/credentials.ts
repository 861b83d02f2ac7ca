import type { IDataObject } from 'n8n-workflow';

import type { N8nClient } from '../../../scripts/lib/n8n/client';
import type { SavedCredential } from '../../../scripts/lib/n8n/types';

async function listCredentials({ session }: N8nClient): Promise<SavedCredential[]> {
	return (await session.request('GET', '/rest/credentials')) as SavedCredential[];
}

/** Saves a credential under a name that only one has, so that n8n chooses it when a workflow is imported. */
export async function saveCredentialAs(
	client: N8nClient,
	name: string,
	type: string,
	data: IDataObject,
): Promise<void> {
	const same = (await listCredentials(client)).find((one) => one.name === name);
	if (same) await client.updateCredential(same, data);
	else await client.createCredential({ name, type, data });
}

/** The names that n8n gives to a first credential. */
export const CREDENTIAL_NAMES = {
	alfaCrm: 'AlfaCRM account',
	openAi: 'OpenAI account',
	bearer: 'Bearer Auth account',
	basic: 'Basic Auth account',
	crypto: 'Crypto account',
	smtp: 'SMTP account',
};
