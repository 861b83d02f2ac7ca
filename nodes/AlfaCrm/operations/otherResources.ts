import { ACCOUNT, account } from './account/account';
import { API_CALL, apiCall } from './apiCall';
import type { OtherResource } from './operation';

/** What the form offers besides the entities. */
export const otherResources: Readonly<Record<typeof ACCOUNT | typeof API_CALL, OtherResource>> = {
	[ACCOUNT]: account,
	[API_CALL]: apiCall,
};

/** @returns undefined for the resource of an entity */
export function otherResource(resource: string): OtherResource | undefined {
	return Object.entries(otherResources).find(([name]) => name === resource)?.[1];
}
