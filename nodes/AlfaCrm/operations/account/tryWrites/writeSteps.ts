import { addCommentStep } from './steps/commentSteps';
import { archiveLeadStep, createLeadStep, updateLeadStep } from './steps/leadSteps';
import { joinGroupStep, leaveGroupStep } from './steps/membershipSteps';
import { createTaskStep } from './steps/taskSteps';
import type { TrialStep } from './trialStep';

/**
 * The steps that write, in their order. Each one executes an operation of the node, and reads back
 * what AlfaCRM shows then. `takeBack.ts` takes back what they have written.
 */
export const WRITE_STEPS: readonly TrialStep[] = [
	createLeadStep,
	updateLeadStep,
	addCommentStep,
	createTaskStep,
	joinGroupStep,
	leaveGroupStep,
	archiveLeadStep,
];
