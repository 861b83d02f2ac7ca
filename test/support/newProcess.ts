import { forgetAccounts } from '../../nodes/AlfaCrm/api/accountKnowledge';

// The AlfaCRM of a test is another one than that of the test before, at the same address.
beforeEach(forgetAccounts);
