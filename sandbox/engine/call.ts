import type { Entity } from '../model/entity';
import type { JsonObject } from '../model/json';

/** A call whose path has been read and whose user is known. */
export interface ActionCall {
	entity: Entity;
	action: string;
	/** ID of the user. */
	user: number;
	/** null for all branches. */
	branch: number | null;
	query: Readonly<Record<string, string>>;
	body: JsonObject;
}
