import type { INodeProperties } from 'n8n-workflow';

/**
 * Shown last in the forms of operations and events that depend on dates or times. n8n's Google
 * Calendar node has a notice like it.
 */
export const timeZoneNotice: INodeProperties = {
	displayName:
		"This node uses the time zone in the workflow's settings, or n8n's own if none is set there. Set it to the school's.",
	name: 'timeZoneNotice',
	type: 'notice',
	default: '',
};
