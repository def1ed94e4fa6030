import { integer, optionalText } from '@storey/config';

export const config = {
  adminUsername: optionalText(
    'ADMIN_USERNAME',
    'Name of the first administrator, made when there is none; default: admin',
  ),
  adminPassword: optionalText(
    'ADMIN_PASSWORD',
    'Password of the first administrator; default: made up, and printed once',
  ),
  keyRotationHours: integer(
    'KEY_ROTATION_HOURS',
    'Age in hours at which the key that signs access tokens is replaced',
    30 * 24,
    1,
    87_600,
  ),
} as const;
