import { addComment } from './steps/commentSteps';
import { archiveLead, createLead, updateLead } from './steps/leadSteps';
import { joinGroup, leaveGroup } from './steps/membershipSteps';
import { createTask } from './steps/taskSteps';
import type { TrialStep } from './trialStep';

/**
 * The writes of a trial, in their order. Each step executes an operation of the node, and reads
 * back what AlfaCRM has made of it. What they have written is taken back in `takeBack.ts`.
 */
export const WRITE_STEPS: readonly TrialStep[] = [
	createLead,
	updateLead,
	addComment,
	createTask,
	joinGroup,
	leaveGroup,
	archiveLead,
];
