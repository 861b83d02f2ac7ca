import type { INodeProperties } from 'n8n-workflow';

/**
 * A notice about the time zone, shown last in the forms of operations and events that depend on
 * dates or times. It is modelled on the one in n8n's Google Calendar node.
 */
export const timeZoneNotice: INodeProperties = {
	displayName:
		"This node uses the time zone in the workflow's settings, or n8n's own if none is set there. Set it to the school's.",
	name: 'timeZoneNotice',
	type: 'notice',
	default: '',
};
