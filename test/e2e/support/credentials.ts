import type { IDataObject } from 'n8n-workflow';

import type { N8nClient } from '../../../scripts/lib/n8n/client';
import type { SavedCredential } from '../../../scripts/lib/n8n/types';

/** The names that n8n suggests for the first credential of each type. */
export const CREDENTIAL_NAMES = {
	alfaCrm: 'AlfaCRM account',
	openAi: 'OpenAI account',
	bearer: 'Bearer Auth account',
	basic: 'Basic Auth account',
	crypto: 'Crypto account',
	smtp: 'SMTP account',
};

/**
 * Saves a credential, in place of an earlier one of that name. Names stay unique, because n8n finds the credentials of an
 * imported workflow by their names.
 */
export async function saveCredentialAs(
	client: N8nClient,
	name: string,
	type: string,
	data: IDataObject,
): Promise<void> {
	const credentials = await listCredentials(client);
	const existing = credentials.find((credential) => credential.name === name);
	if (existing) {
		await client.updateCredential(existing, data);
	} else {
		await client.createCredential({ name, type, data });
	}
}

async function listCredentials({ session }: N8nClient): Promise<SavedCredential[]> {
	return await session.request('GET', '/rest/credentials');
}
