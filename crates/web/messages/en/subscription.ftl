# Being told of changes (Subscription)
refuse-subscription-machine = Only the system of an institution that may see that institution's patients, and a gateway for the letters that it brought, can subscribe to changes.
refuse-subscription-other = Another client made this subscription. You can only read it.
refuse-subscription-many = This client has 20 subscriptions already. End one that is not needed, and send this again.
fault-subscription-status = Send requested for a new subscription or to begin again, and off to end it. Other states are given by this server.
fault-subscription-end = Give a time in the future, with its offset. Leave it out where there is no end.
fault-subscription-channel = The only channel is rest-hook.
fault-subscription-payload = Send application/fhir+json, or leave it out. Only references are delivered.
fault-subscription-part = This element cannot be used. Check the signature to know who sends.
fault-subscription-criteria = Write "Type" or "Type?conditions", up to 1,000 characters.
fault-subscription-type = Changes of this type are not delivered.
fault-subscription-simple = Criteria may only use search conditions of the type itself: no chains, no _include, _sort or _count.
fault-subscription-parameter = This search condition is not known: { $name }
fault-endpoint-shape = Write https://host[:port]/path in plain ASCII, up to 500 characters.
fault-endpoint-https = The endpoint has to begin with https://.
fault-endpoint-host = Deliveries to this host are not allowed. The administrator of the region can add it to hosts under [subscriptions] in the configuration file.

# Audit
audit-group-subscription = Subscriptions
audit-do-subscription-create = Subscribed to changes
audit-do-subscription-change = Changed a subscription
audit-do-subscription-start = The endpoint answered, and the subscription began
audit-do-subscription-fail = Gave a subscription up (endpoint does not answer, or is not allowed)
audit-do-subscription-end = Ended a subscription
